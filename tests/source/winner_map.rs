//! Laws of the map of winners.

use crate::support::measured_tasks::{MACHINE, map_by_tasks, map_request};
use mpviz::event::Mode;
use mpviz::report::winner_map::{
    Confirmation, Contest, ContestRun, Contestant, IO_PERCENTS, MapLayer, MapRequest, MapRows, WinnerMap, io_of_share,
};
use mpviz::source::simulation::TIE;

fn time_of(contest: &Contest, mode: Mode) -> Option<f64> {
    contest.entries.iter().find(|entry| entry.mode == mode).map(|entry| entry.makespan_s)
}

fn contests(map: &WinnerMap) -> impl Iterator<Item = &Contest> {
    MapLayer::ALL.into_iter().flat_map(|layer| map.contests(layer))
}

#[test]
fn contests_are_sorted_and_ties_are_under_five_per_cent() {
    for contest in contests(&map_by_tasks()) {
        assert_eq!(contest.entries.len(), 4);
        assert!(contest.entries.is_sorted_by(|one, other| one.makespan_s <= other.makespan_s));
        let fastest = contest.entries[0].makespan_s;
        for (n, entry) in contest.entries.iter().enumerate() {
            assert_eq!(n < contest.tied, entry.makespan_s <= TIE * fastest);
        }
        assert_eq!(contest.winner().is_none(), contest.lead().unwrap() <= TIE);
    }
}

#[test]
fn modes_without_a_width_take_the_same_time_in_both_layers_and_others_at_most_one_per_cent_more() {
    for cell in &map_by_tasks().cells {
        for mode in Mode::ALL_VARIANTS {
            let times = [&cell.given_width, &cell.best_width].map(|contest| time_of(contest, mode).unwrap());
            match mode {
                Mode::Serial | Mode::Process => assert!((times[1] - times[0]).abs() < 1e-12),
                Mode::Pool | Mode::Threads => assert!(times[1] <= 1.01 * times[0], "{mode:?} {times:?}"),
            }
        }
    }
}

#[test]
fn more_tasks_and_more_io_never_take_less_time() {
    let map = map_by_tasks();
    let columns = IO_PERCENTS.len();
    for layer in MapLayer::ALL {
        for (row, column) in (0..map.request.rows.count()).flat_map(|row| (0..columns).map(move |column| (row, column)))
        {
            let here = map.contest(layer, row, column).unwrap();
            let (more_tasks, more_io) = (map.contest(layer, row + 1, column), map.contest(layer, row, column + 1));
            for mode in Mode::ALL_VARIANTS {
                let time = time_of(here, mode).unwrap();
                let of = |other: Option<&Contest>| other.map(|other| time_of(other, mode).unwrap());
                let context = format!("{mode:?} {row} {column}: {time} {more_tasks:?} {more_io:?}");
                assert!(of(more_tasks).is_none_or(|more| more >= time), "{context}");
                // Threads that wait compete less for a GIL.
                assert!(mode == Mode::Threads || of(more_io).is_none_or(|more| more >= 0.99 * time), "{context}");
            }
        }
    }
    assert_eq!(map.contest(MapLayer::GivenWidth, 0, columns), None);
}

#[test]
fn nothing_beats_serial_tasks_without_io_on_one_core() {
    let request = MapRequest { cores: 1, ..map_request(MapRows::Tasks(vec![4, 64])) };
    let map = request.map(&MACHINE).unwrap();
    for contest in [0, 1].into_iter().flat_map(|row| MapLayer::ALL.map(|layer| map.contest(layer, row, 0).unwrap())) {
        let serial = time_of(contest, Mode::Serial).unwrap();
        assert!(serial <= TIE * contest.entries[0].makespan_s, "{contest:?}");
    }
}

#[test]
fn a_pool_wins_less_io_and_eager_processes_more_io_than_its_width_hides() {
    let map = map_by_tasks();
    let winner = |column| map.contest(MapLayer::GivenWidth, 3, column).unwrap().winner().map(|entry| entry.mode);
    assert_eq!((winner(0), winner(IO_PERCENTS.len() - 1)), (Some(Mode::Pool), Some(Mode::Process)));
    let wins = |layer| map.win_counts(layer).wins[Mode::Process as usize];
    assert!(wins(MapLayer::GivenWidth) > wins(MapLayer::BestWidth));
    let counts = map.win_counts(MapLayer::BestWidth);
    assert_eq!(counts.wins.iter().sum::<usize>() + counts.ties, map.cells.len());
}

#[test]
fn modes_whose_payload_does_not_fit_into_memory_do_not_compete() {
    let request = MapRequest { memory: 40_000_000, ..map_request(MapRows::Payload(vec![1_000_000, 30_000_000])) };
    let map = request.map(&MACHINE).unwrap();
    let modes = |row| map.contest(MapLayer::GivenWidth, row, 5).unwrap().entries.iter().map(|entry| entry.mode);
    assert!(modes(0).all(|mode| mode != Mode::Process), "64 MB at once");
    assert_eq!(modes(1).collect::<Vec<_>>(), [Mode::Serial]);
    assert!(contests(&map).flat_map(|contest| &contest.entries).all(|entry| entry.peak_bytes <= 40_000_000));
    let nothing = MapRequest { memory: 1, ..request }.map(&MACHINE).unwrap();
    assert!(contests(&nothing).all(|contest| contest.entries.is_empty() && contest.winner().is_none()));
}

#[test]
fn io_takes_its_share_of_the_time() {
    for percent in IO_PERCENTS {
        let io = io_of_share(10_000_000, percent) as f64;
        assert!((io / (io + 1e7) * 100.0 - f64::from(percent)).abs() < 1e-3);
    }
    assert_eq!(io_of_share(u64::MAX / 100, 95), u64::MAX / 100 * 19);
}

#[test]
fn runs_confirm_a_winner_that_is_faster_and_a_tie_within_the_noise() {
    let run = |measured_s| {
        let predicted = Contestant { mode: Mode::Pool, workers: 4, makespan_s: 1.0, peak_bytes: 0 };
        ContestRun { predicted, measured_s, is_disturbed: false }
    };
    let is_confirmed =
        |first, next, is_tie| Confirmation::new([run(first), run(next)], is_tie, 0.14).is_confirmed.unwrap();
    let disturbed = ContestRun { is_disturbed: true, ..run(1.3) };
    assert_eq!(Confirmation::new([disturbed, run(1.0)], false, 0.14).is_confirmed, None);
    assert!(is_confirmed(1.0, 1.3, false) && !is_confirmed(1.3, 1.0, false));
    assert!(is_confirmed(1.0, 1.1, true) && is_confirmed(1.1, 1.0, true));
    assert!(!is_confirmed(1.0, 1.2, true) && !is_confirmed(1.2, 1.0, true));
}
