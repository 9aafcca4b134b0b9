//! The loop, with a face that only remembers what it was told.

use crossbeam_channel::{Sender, never, unbounded};

use super::*;
use crate::event::codec::Header;
use crate::recording::reader::Recording;

/// Passes on that mpviz goes on, but only after the loop has had the time for a picture.
struct Notes {
    told: Vec<&'static str>,
    inputs: Sender<Input>,
    never: Receiver<Vec<u8>>,
}

impl Face for Notes {
    fn is_free(&mut self) -> bool {
        true
    }

    fn freed(&self) -> &Receiver<Vec<u8>> {
        &self.never
    }

    fn show(&mut self, _: &Model, _: &Ui) -> io::Result<()> {
        self.told.push("show");
        Ok(())
    }

    fn target(&self, _: &Model, _: &Ui, _: u16, _: u16) -> Option<Target> {
        None
    }

    fn interval(&self) -> Duration {
        Duration::ZERO
    }

    fn stays(&self) -> bool {
        true
    }

    fn step_aside(&mut self) {
        self.told.push("step aside");
        let inputs = self.inputs.clone();
        threads::start("late", move || {
            std::thread::sleep(Duration::from_millis(100));
            inputs.send(Input::GoOn).unwrap();
            std::thread::sleep(Duration::from_millis(100));
            inputs.send(Input::Action(Action::Quit)).unwrap();
        })
        .unwrap();
    }

    fn come_back(&mut self) -> io::Result<bool> {
        self.told.push("come back");
        Ok(true)
    }
}

#[test]
fn nothing_is_shown_from_the_stop_until_it_is_known_that_mpviz_goes_on() {
    let (inputs, channel) = unbounded();
    // The watch has been told to go on already, as after `fg`: the stop itself is over at once.
    let told = Inputs::told(channel);
    let mut face = Notes { told: Vec::new(), inputs: inputs.clone(), never: never() };
    inputs.send(Input::Stop).unwrap();
    let replay = Replay::of(Recording { header: Header::default(), runs: vec![Model::new()], note: None });
    run(replay, &told, &mut face).unwrap();
    face.told.dedup();
    assert_eq!(face.told, ["step aside", "come back", "show"]);
}
