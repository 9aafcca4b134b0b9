//! Tests of the event loop.

use crossbeam_channel::{Sender, never, unbounded};

use crossterm::event::KeyCode;

use super::*;
use crate::system::threads;

/// A display that logs its calls, and reports SIGCONT only after the loop had time to draw. The first frame is followed
/// by `q`.
struct CallLog {
    calls: Vec<&'static str>,
    inputs: Sender<LoopInput>,
    never: Receiver<Vec<u8>>,
}

impl Display for CallLog {
    fn is_ready(&mut self) -> bool {
        true
    }

    fn unused_frame_buffers(&self) -> &Receiver<Vec<u8>> {
        &self.never
    }

    fn show_frame(&mut self, _: &Model, _: &Ui) -> io::Result<()> {
        self.calls.push("show");
        self.inputs.send(LoopInput::Key(KeyCode::Char('q').into())).unwrap();
        Ok(())
    }

    fn mouse_target(&self, _: &Model, _: &Ui, _: u16, _: u16) -> Option<MouseTarget> {
        None
    }

    fn min_frame_interval(&self) -> Duration {
        Duration::ZERO
    }

    fn stays_after_run(&self) -> bool {
        true
    }

    fn release_terminal(&mut self) {
        self.calls.push("release");
        let inputs = self.inputs.clone();
        threads::start("late", move || {
            std::thread::sleep(Duration::from_millis(100));
            inputs.send(LoopInput::Continued).unwrap();
        })
        .unwrap();
    }

    fn reclaim_terminal(&mut self) -> io::Result<bool> {
        self.calls.push("reclaim");
        Ok(true)
    }
}

#[test]
fn nothing_is_drawn_while_stopped() {
    let (sender, channel) = unbounded();
    // SIGCONT has already arrived, so the stop ends at once.
    let inputs = InputChannel::for_test(channel);
    let mut display = CallLog { calls: Vec::new(), inputs: sender.clone(), never: never() };
    sender.send(LoopInput::Stop).unwrap();
    let replay = Replay::new(vec![Model::new()], None);
    run(replay, Ui::default(), &inputs, &mut display).unwrap();
    display.calls.dedup();
    assert_eq!(display.calls, ["release", "reclaim", "show"]);
}
