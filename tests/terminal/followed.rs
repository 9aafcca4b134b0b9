//! Tests of following a recording on the screen while it is written.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use mpviz::event::codec::{RecordingHeader, WriterProcess};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;

use crate::session::{SHELL_COMMANDS, Session};
use crate::support::{MISSING_DIR, mpviz_command, wait_until};

/// A recording of a run with four tasks: header, then events.
const STORY: &str = include_str!("../stories/pool.jsonl");
/// Lines up to the first mark (0 tasks done), the second one (2 tasks done), and the last one.
const FIRST_MARK: usize = 16;
const SECOND_MARK: usize = 26;
const ALL: usize = 36;

/// Lines of the story, counted from 0.
fn lines(range: std::ops::Range<usize>) -> String {
    let lines: Vec<&str> = STORY.split_inclusive('\n').collect();
    lines[range].concat()
}

/// A process that stands for the writer of a recording, until it is killed.
struct Writer(Child);

impl Writer {
    fn start() -> Self {
        Self(Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap())
    }

    /// The header of a recording by this process.
    fn header(&self) -> String {
        let process = procfs::process::Process::new(self.0.id() as i32).unwrap();
        let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let start_ticks = process.stat().unwrap().starttime;
        let writer = WriterProcess { pid: self.0.id(), start_ticks, boot_id: boot_id.trim().into() };
        let header = RecordingHeader { writer: Some(writer), ..RecordingHeader::default() };
        serde_json::to_string(&header).unwrap() + "\n"
    }

    fn end(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.end();
    }
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn follow(path: &Path) -> Session {
    Session::start(120, 40, &["replay", "--follow", path.to_str().unwrap()])
}

#[test]
fn growing_recording_is_shown_at_its_live_edge_and_ends_with_its_writer() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let mut writer = Writer::start();
    append(&file, &(writer.header() + &lines(1..FIRST_MARK)));
    let mut session = follow(&file);
    let pid = session.pid();
    session.wait_for_text("● LIVE  0.10 s");
    // The incomplete last line is held back.
    let next = lines(FIRST_MARK..SECOND_MARK);
    let (begin, rest) = next.split_at(next.len() - 10);
    append(&file, begin);
    append(&file, rest);
    session.wait_for_text("● LIVE  0.20 s");
    session.wait_for_text("2 of 4 done");
    session.press(" ");
    session.wait_for_text("║ FROZEN");
    session.press("\x1b[D");
    append(&file, &lines(SECOND_MARK..ALL));
    session.wait_for_text("║ FROZEN");
    session.press("\x1b[F");
    session.wait_for_text("■ FINISHED");
    session.wait_for_text("correct");
    // Nothing of it can be changed, and keys that would are not listed.
    session.press("\x1b[F?");
    session.wait_for_text("any key closes");
    let help = session.screen_text();
    for change in ["1-4 modes", "kill the worker", "run again", "save the run", "more, fewer workers"] {
        assert!(!help.contains(change), "{change}: {help}");
    }
    assert!(help.contains("step in time") && help.contains("? help · q quit"), "{help}");
    session.press("?k");
    session.wait_for_text("this is a recording: its processes cannot be killed");
    session.press("+");
    session.wait_for_text("this is a recording: it cannot be changed");
    // Another run replaces the first one.
    append(&file, &lines(1..SECOND_MARK));
    session.wait_for_text("● LIVE  0.20 s");
    append(&file, &lines(SECOND_MARK..ALL));
    session.wait_for_text("■ FINISHED");
    writer.end();
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn recording_is_followed_again_from_its_start() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let writer = Writer::start();
    append(&file, &(writer.header() + &lines(1..SECOND_MARK)));
    for _ in 0..2 {
        let mut session = follow(&file);
        let pid = session.pid();
        session.wait_for_text("● LIVE  0.20 s");
        session.press("\x1b[H");
        session.wait_for_text("║ FROZEN  0.00 s");
        session.press("q");
        let (text, code) = session.wait_for_end(pid);
        assert_eq!(code, 0, "{text}");
    }
}

#[test]
fn killed_writer_leaves_what_it_has_written() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let mut writer = Writer::start();
    let cut = lines(FIRST_MARK..SECOND_MARK);
    append(&file, &(writer.header() + &lines(1..FIRST_MARK) + &cut[..cut.len() - 10]));
    let mut session = follow(&file);
    let pid = session.pid();
    session.wait_for_text("● LIVE  0.10 s");
    writer.end();
    session.wait_for_text("■ INCOMPLETE");
    session.wait_for_text("the recorder process has gone: the recording ends here, at ");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("mpviz: the recorder process has gone: the recording ends here, at "), "{text}");
}

#[test]
fn recording_of_a_killed_mpviz_is_followed_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["run.jsonl", "run.jsonl.zst", "run.jsonl.gz"] {
        let file = dir.path().join(name);
        let args = ["run", "--lanes", "pool", "--numbers", "1G", "--record", file.to_str().unwrap()];
        let mut run = mpviz_command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_until("the recording has begun", || file.exists().then_some(()));
        let mut session = follow(&file);
        let pid = session.pid();
        session.wait_for_text("● LIVE");
        session.wait_for_frame("time passes", |session| {
            session.screen_text().lines().next().is_some_and(|line| line.contains("LIVE") && !line.contains(" 0.0"))
        });
        run.kill().unwrap();
        run.wait().unwrap();
        session.wait_for_text("the recording ends here");
        session.press("q");
        let (text, code) = session.wait_for_end(pid);
        assert_eq!(code, 1, "{name}: {text}");
        assert!(text.contains("mpviz: the recorder process has gone"), "{name}: {text}");
    }
}

#[test]
fn pipe_is_waited_for_and_ends_the_recording() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    nix::unistd::mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    let mut session = follow(&pipe);
    let pid = session.pid();
    session.wait_for_text(&format!("waiting for {}", pipe.display()));
    let mut writer = File::options().write(true).open(&pipe).unwrap();
    // As over a slow connection.
    for byte in lines(0..FIRST_MARK).as_bytes() {
        writer.write_all(&[*byte]).unwrap();
    }
    session.wait_for_text("● LIVE  0.10 s");
    writer.write_all(lines(FIRST_MARK..ALL).as_bytes()).unwrap();
    drop(writer);
    session.wait_for_text("■ FINISHED");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn compressed_recordings_are_followed_as_they_are_flushed() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["gz", "zst"] {
        let file = dir.path().join(name);
        let writer = Writer::start();
        let to = File::create(&file).unwrap();
        let mut encoder: Box<dyn Write> = match name {
            "gz" => Box::new(GzEncoder::new(to, Compression::fast())),
            _ => Box::new(zstd::Encoder::new(to, 1).unwrap()),
        };
        encoder.write_all((writer.header() + &lines(1..FIRST_MARK)).as_bytes()).unwrap();
        encoder.flush().unwrap();
        let mut session = follow(&file);
        let pid = session.pid();
        session.wait_for_text("● LIVE  0.10 s");
        encoder.write_all(lines(FIRST_MARK..SECOND_MARK).as_bytes()).unwrap();
        encoder.flush().unwrap();
        session.wait_for_text("● LIVE  0.20 s");
        session.press("q");
        let (text, code) = session.wait_for_end(pid);
        assert_eq!(code, 0, "{name}: {text}");
    }
}

#[test]
fn run_of_another_process_is_followed_over_a_pipe() {
    let commands = "trap : INT HUP QUIT TERM\n\"$0\" run --lanes pool --numbers 1M --record - | \"$0\" \"$@\"\n\
        echo \"ended $?.\"\nread -r line";
    let mut session = Session::with_shell(commands, &[], 120, 40, &["replay", "--follow", "-"]);
    session.wait_for_text("■ FINISHED");
    session.wait_for_text("correct");
    session.press("q");
    session.wait_for_text("ended 0.");
}

#[test]
fn newest_recording_of_a_running_program_is_followed_without_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let environment = [("XDG_RUNTIME_DIR", dir.path().to_str().unwrap())];
    let recordings = dir.path().join("mpviz");
    std::fs::DirBuilder::new().create(&recordings).unwrap();
    std::fs::set_permissions(&recordings, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let output = mpviz_command(&["replay", "--follow"]).env("XDG_RUNTIME_DIR", dir.path()).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "mpviz: no program is being traced: start one with mpviz trace, or name a recording\n"
    );
    let writer = Writer::start();
    append(&recordings.join("1.jsonl"), &(writer.header() + &lines(1..FIRST_MARK)));
    append(&recordings.join("2.jsonl"), &(writer.header() + &lines(1..SECOND_MARK)));
    let mut session = Session::with_shell(SHELL_COMMANDS, &environment, 120, 40, &["replay", "--follow"]);
    let pid = session.pid();
    session.wait_for_text("● LIVE  0.20 s");
    session.send_signal(Signal::SIGTERM);
    session.wait_for_end(pid);
}

#[test]
fn invalid_events_and_missing_files_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let writer = Writer::start();
    let twice = lines(SECOND_MARK + 9..SECOND_MARK + 10);
    append(&file, &(writer.header() + "\n" + &lines(1..SECOND_MARK) + &lines(2..3) + &twice));
    let mut session = follow(&file);
    let pid = session.pid();
    session.wait_for_text("the recording is invalid in line 28");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 1);

    for (path, message) in [(MISSING_DIR, "No such file or directory"), ("/", "is a directory")] {
        let mut session = follow(Path::new(path));
        session.wait_for_text(message);
        session.wait_for_text("ended 1.");
    }
}
