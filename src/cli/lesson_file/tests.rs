use super::*;
use crate::event::workload::StartMethod;
use crate::event::{CorePolicy, LanePlan, Mode};
use crate::language::Language;
use crate::lesson::Text;

fn plan_on(name: &str, cores: u32) -> Result<(Lesson, Vec<Run>), LessonError> {
    let all: Vec<u32> = (0..cores).collect();
    let machine = Machine { cores, memory_bytes: 0, os: "test".into() };
    let (lesson, specs) = LessonFile::find(name)?.planned_runs(&all, &machine)?;
    let runs = specs.iter().map(|(spec, _)| RunPlan::new(spec, &all, machine.clone()).run().clone());
    Ok((lesson, runs.collect()))
}

/// The lane of a mode in a run.
fn lane<'a>(run: &'a Run, name: &str) -> &'a LanePlan {
    run.lanes.iter().find(|lane| lane.mode_name() == name).unwrap()
}

/// CPU time of all tasks on the cores of a lane, in s.
fn computing_s(run: &Run, lane: &LanePlan) -> f64 {
    let work = run.workload.as_ref().unwrap();
    (work.numbers * work.cost_ns) as f64 / 1e9 / f64::from(lane.usable_cores())
}

/// Rounds of tasks of a lane.
fn rounds(run: &Run, lane: &LanePlan) -> u32 {
    run.workload.as_ref().unwrap().tasks.div_ceil(lane.workers)
}

#[test]
fn built_in_lessons_show_their_effect_on_every_machine() {
    for cores in [2, 4, 8, 16, 64] {
        for name in built_in_names() {
            let (lesson, runs) = plan_on(name, cores).unwrap_or_else(|error| panic!("{name} on {cores}: {error}"));
            let first = &runs[0];
            let work = first.workload.as_ref().unwrap();
            let width = lane(first, &first.lanes[0].mode_name()).cores.len() as u32;
            assert!(work.numbers <= 100_000_000, "{name} on {cores}: at most 800 MB");
            assert_eq!(lesson.plan.cores, width, "{name} on {cores}");
            let workers = |run: usize, mode| lane(&runs[run], mode).workers;
            let holds = match name {
                // Every core of a lane has a worker, and the tasks come in four rounds.
                "sum" => {
                    first.cores == CorePolicy::Turns
                        && workers(0, "pool") >= cores
                        && rounds(first, &first.lanes[0]) == 4
                }
                // The pool waits for I/O in four rounds, and computing fits beside it.
                "io" => {
                    let io_s = f64::from(work.io) * work.io_latency_ns as f64 / 1e9;
                    rounds(first, &first.lanes[0]) == 4 && computing_s(first, lane(first, "pool")) <= 0.8 * io_s
                }
                // The last pool has a worker for each task.
                "match" => runs.len() == 4 && rounds(&runs[2], lane(&runs[2], "pool")) == 2 && workers(3, "pool") == 16,
                // Many times as many tasks as workers.
                "many" => rounds(first, lane(first, "pool")) >= 16,
                "few" => work.tasks == 6000 && runs[1].workload.as_ref().unwrap().tasks == 600,
                "gil" => width == cores && workers(0, "threads") == cores,
                "gil-io" => rounds(first, lane(first, "threads")) == 4,
                // Chunks of 12 in two rounds of a worker's 8 tasks.
                "chunks" => lane(&runs[1], "pool").chunk == 12 && work.tasks == 8 * width && width == cores,
                "skew" => width == cores && runs[1].workload.as_ref().unwrap().skew > 2.0,
                "crash" => lesson.kill.is_some() && workers(0, "python/pool") >= cores,
                "oversubscribe" => workers(1, "pool") >= 16 * workers(0, "pool") && workers(0, "pool") == width,
                // An array for each worker; empty ones, then by fork, then by spawn.
                "shipping" => {
                    let method = |run: &Run| run.workload.as_ref().unwrap().start_method;
                    let arrays = runs.iter().map(|run| (run.lanes.len(), rounds(run, &run.lanes[0]), method(run)));
                    let planned =
                        [StartMethod::Fork, StartMethod::Fork, StartMethod::Spawn].map(|method| (2, 1, method));
                    work.tasks >= cores && arrays.eq(planned)
                }
                other => panic!("no test for {other}"),
            };
            assert!(holds, "{name} on {cores} cores: {runs:?}");
        }
    }
}

/// Time that a lane takes at least, in s: its CPU time on its cores, its rounds of I/O, its largest chunk, and about
/// 0.65 ms to start a process.
fn planned_seconds(run: &Run, lane: &LanePlan) -> f64 {
    let work = run.workload.as_ref().unwrap();
    let seconds = |ns: u64| ns as f64 / 1e9;
    let io = f64::from(rounds(run, lane) * work.io) * seconds(work.io_latency_ns);
    let shares: f64 = (1..=work.tasks).map(|n| f64::from(n).powf(-work.skew)).sum();
    let largest = f64::from(lane.chunk) / shares * seconds(work.numbers * work.cost_ns);
    let starts = if lane.mode == Mode::Process { f64::from(work.tasks) * 0.65e-3 } else { 0.0 };
    starts + (computing_s(run, lane) + io).max(largest)
}

#[test]
fn built_in_lessons_take_10_to_40_seconds_on_every_machine() {
    // The time of `shipping` goes into pickling, which no plan tells.
    for name in built_in_names().into_iter().filter(|name| *name != "shipping") {
        for cores in [2, 4, 8, 16, 64] {
            let (lesson, runs) = plan_on(name, cores).unwrap();
            let of_run = |run: &Run| {
                let lanes = run.lanes.iter().map(|lane| planned_seconds(run, lane));
                if run.cores == CorePolicy::Turns { lanes.sum() } else { lanes.fold(0.0, f64::max) }
            };
            // A pool that lost a worker is given up after 3 s.
            let seconds = runs.iter().map(of_run).sum::<f64>() + if lesson.kill.is_some() { 3.0 } else { 0.0 };
            assert!((9.0..=40.0).contains(&seconds), "{name} on {cores} cores: {seconds:.1} s");
        }
    }
}

#[test]
fn what_one_core_cannot_show_is_refused_there() {
    for name in built_in_names() {
        let planned = plan_on(name, 1).map(|_| ()).map_err(|error| error.to_string());
        match name {
            "gil" | "chunks" | "skew" => {
                assert_eq!(planned, Err(format!("lesson {name} needs 2 cores, and mpviz may use 1")));
            }
            _ => assert_eq!(planned, Ok(()), "{name}"),
        }
    }
}

#[test]
fn built_in_lessons_have_all_texts_in_both_languages() {
    for name in built_in_names() {
        let (lesson, _) = plan_on(name, 4).unwrap();
        let rights = lesson.answers.iter().filter_map(|answer| answer.right.as_ref()).map(|right| &right.closing);
        let texts = [&lesson.title, &lesson.question, &lesson.claim, &lesson.otherwise].into_iter();
        let texts = texts.chain(&lesson.notes).chain(&lesson.think).chain(rights);
        let texts = texts.chain(lesson.stops.iter().map(|stop| &stop.caption));
        for text in texts {
            assert!(text.0.len() == 2 || text.fill(&[]).chars().all(|c| c.is_ascii_digit()), "{name}: {text:?}");
        }
        assert!(lesson.notes.is_some() && lesson.think.len() >= 2 && !lesson.stops.is_empty(), "{name}");
    }
}

/// A lesson with one run of a pool; `changes` replace parts of it.
fn error_of(changes: &[(&str, &str)]) -> String {
    let mut text = include_str!("../../../tests/support/lesson.toml").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let file = TomlFile::from_bytes(Path::new("my.toml"), text.into_bytes()).unwrap();
    let machine = Machine { cores: 4, memory_bytes: 0, os: "test".into() };
    let planned = LessonFile::parse(file, "my").map_err(LessonError::from);
    planned.and_then(|file| file.planned_runs(&[0, 1, 2, 3], &machine)).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn errors_have_a_position_and_a_fix() {
    let error = |from: &str, to: &str| error_of(&[(from, to)]);
    assert_eq!(
        error("title = \"Short\"", "title = 1"),
        "my.toml:1:9: expected a text, or a table with a text in `en`, `ko` or both"
    );
    assert_eq!(error("title = \"Short\"", "title = {}"), "my.toml:1:9: a text is missing: write `en`, `ko` or both");
    assert!(error("claim", "clam").starts_with("my.toml:3:1: unknown key `clam`, expected one of `title`"));
    assert_eq!(
        error("{ $queued } wait", "{ $waiting } wait"),
        "my.toml:14:11: en: unknown placeholder $waiting, expected one of $cores, $workers, $tasks, \
         $queued, $resident, $io, $ready, $idle, $finished"
    );
    assert_eq!(error("workers = 2", "workers = 0"), "my.toml:8:11: --workers must be between 1 and 100,000, not 0");
    assert_eq!(
        error("workers = 2", "workers = { per-core = 1, at-last = 4 }"),
        "my.toml:8:11: workers: unknown key `at-last`, expected one of per-core, per-worker, at-least, at-most"
    );
    assert_eq!(
        error("workers = 2", "workers = { at-least = 4 }"),
        "my.toml:8:11: workers: write one of per-core and per-worker"
    );
    assert_eq!(
        error("numbers = \"16k\"", "numbers = { per-core = \"16k\", at-most = \"1M\" }"),
        "my.toml:10:11: numbers: at-most must have the unit of the value that is scaled"
    );
    assert_eq!(
        error("lane = \"pool\"\nat", "lane = \"process\"\nat"),
        "my.toml:12:8: lane: run 1 has pool, not `process`"
    );
    assert_eq!(
        error("at = \"first-dispatch\"", "at = \"begin\""),
        "my.toml:13:6: at: `begin` is not one of first-dispatch, first-io, first-idle-core, queue-empty, memory-peak, \
         death, end"
    );
    assert_eq!(
        error("over = \"tasks-done\"", "over = \"done\""),
        "my.toml:20:8: over: `done` is not one of pool, tasks-done"
    );
    assert_eq!(error("from = 0\nto = 1.1\n", ""), "my.toml:24:8: an answer with `closing` needs `from` or `to`");
    assert_eq!(
        error("tasks = 4", "tasks = 4\nrepeat = 2"),
        "my.toml:10:1: a run of a lesson is not repeated: remove `repeat`"
    );
}

#[test]
fn options_scale_with_cores_and_workers() {
    let values = |from: &str, to: &str, cores: u32| {
        let text = include_str!("../../../tests/support/lesson.toml").replacen(from, to, 1);
        let file = TomlFile::from_bytes(Path::new("my.toml"), text.into_bytes()).unwrap();
        let machine = Machine { cores, memory_bytes: 0, os: "test".into() };
        let all: Vec<u32> = (0..cores).collect();
        let (_, specs) = LessonFile::parse(file, "my").unwrap().planned_runs(&all, &machine).unwrap();
        (specs[0].0.workers[0], specs[0].0.workload.tasks, specs[0].0.workload.numbers)
    };
    let scaled = "workers = { per-core = 1, at-least = 4 }\ntasks = 32";
    assert_eq!([1, 2, 8].map(|cores| values("workers = 2\ntasks = 4", scaled, cores).0), [4, 4, 8]);
    let both = "workers = { per-core = 2 }\ntasks = { per-worker = 3, at-most = 20 }";
    assert_eq!([1, 3, 8].map(|cores| values("workers = 2\ntasks = 4", both, cores).1), [6, 18, 20]);
    let numbers = "numbers = { per-core = \"16.5k\", at-most = \"40k\" }\n";
    assert_eq!([1, 2, 8].map(|cores| values("numbers = \"16k\"\n", numbers, cores).2), [16_500, 33_000, 33_000]);
}

#[test]
fn example_of_the_documentation_is_a_lesson() {
    let page = include_str!("../../../docs/lessons.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let file = TomlFile::from_bytes(Path::new("docs.toml"), example.into()).unwrap();
    let machine = Machine { cores: 4, memory_bytes: 0, os: "test".into() };
    let (lesson, _) = LessonFile::parse(file, "docs").unwrap().planned_runs(&[0, 1, 2, 3], &machine).unwrap();
    assert_eq!(lesson.answers.len(), 2);
}

#[test]
fn teacher_has_notes_for_every_answer_and_stop_in_both_languages() {
    let is_complete = |text: &Option<Text>| text.as_ref().is_some_and(|text| text.0.len() == Language::ALL.len());
    for name in built_in_names() {
        let (lesson, _) = plan_on(name, 2).unwrap();
        assert!(is_complete(&lesson.notes), "{name}");
        assert!(lesson.answers.iter().all(|answer| is_complete(&answer.notes)), "{name}");
        assert!(lesson.stops.iter().all(|stop| is_complete(&stop.notes) && is_complete(&stop.ask)), "{name}");
    }
}

#[test]
fn stop_names_the_plan_of_its_own_run() {
    let (lesson, _) = plan_on("match", 2).unwrap();
    assert_eq!(lesson.stops.iter().map(|stop| stop.plan.workers).collect::<Vec<_>>(), [4, 12, 16]);
}
