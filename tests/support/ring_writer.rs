//! Writes ring files as the shim does.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Slots of the first and of the second ring file.
pub const FIRST_SLOTS: u32 = 1024;
pub const SECOND_SLOTS: u32 = 16_384;

/// A record's kind, words and text.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub kind: u16,
    pub words: [i64; 5],
    pub last_word: u32,
    pub text: Vec<u8>,
}

impl Written {
    /// A task that finished. All its numbers are made from one, so that a torn record can be recognized.
    pub fn finished(job: i64) -> Self {
        Self { kind: 9, words: [0, job, job + 1, job + 2, job + 3], last_word: job as u32, ..Self::default() }
    }

    /// A task of a worker process that started.
    pub fn started(job: i64) -> Self {
        Self { kind: 8, words: [0, job, 0, 0, 0], ..Self::default() }
    }

    /// A task of a worker process that ran.
    pub fn ran(job: i64, started: u64) -> Self {
        Self { kind: 2, words: [job, 0, started as i64, 0, 0], ..Self::default() }
    }

    /// A fault of the shim, a record of text only.
    pub fn fault(text: &str) -> Self {
        Self { kind: 18, text: text.into(), ..Self::default() }
    }
}

/// The ring files of one process.
#[derive(Debug)]
pub struct RingWriter {
    dir: PathBuf,
    pid: u32,
    start: u64,
    first_number: u32,
    first: File,
    second: Option<File>,
    /// Whether the second file cannot be created.
    pub is_second_refused: bool,
    /// Number of the next record.
    pub next: u64,
}

impl RingWriter {
    pub fn new(dir: &Path, pid: u32, start: u64) -> Self {
        Self::starting_with(dir, pid, start, 1)
    }

    /// Files in which the records are numbered from `number` on.
    pub fn starting_with(dir: &Path, pid: u32, start: u64, number: u32) -> Self {
        let first = create(dir, pid, start, "ring", FIRST_SLOTS, number);
        let dir = dir.to_owned();
        Self {
            dir,
            pid,
            start,
            first_number: number,
            first,
            second: None,
            is_second_refused: false,
            next: number.into(),
        }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn path(&self) -> PathBuf {
        self.dir.join(format!("{}-{}.ring", self.pid, self.start))
    }

    pub fn second_path(&self) -> PathBuf {
        self.path().with_extension("ring2")
    }

    /// Takes the numbers of a record of `slots` slots without writing it.
    pub fn reserve(&mut self, slots: u64) -> u64 {
        let number = self.next;
        self.next += slots;
        number
    }

    /// Writes a record with its text.
    pub fn write(&mut self, record: &Written, time: u64) {
        let slots = slots_of(record, self.next, time);
        for bytes in slots {
            let number = self.reserve(1);
            self.write_slot(number, &bytes);
        }
    }

    /// Writes a record whose numbers were taken before.
    pub fn write_reserved(&mut self, number: u64, record: &Written, time: u64) {
        for (at, bytes) in (0..).zip(slots_of(record, number, time)) {
            self.write_slot(number + at, &bytes);
        }
    }

    /// Writes the running task over the one before, in one piece or torn.
    pub fn write_running(&self, record: &Written, time: u64, is_torn: bool) {
        let bytes = slots_of(record, time, time)[0];
        for (at, piece) in (64..).step_by(16).zip(bytes.chunks(16)).take(if is_torn { 3 } else { 4 }) {
            self.first.write_all_at(piece, at).unwrap();
        }
    }

    /// Writes a slot in four pieces, so that a reader finds it torn.
    pub fn write_torn(&mut self, record: &Written, time: u64) {
        for bytes in slots_of(record, self.next, time) {
            let number = self.reserve(1);
            let (file, offset) = self.slot(number);
            for (at, piece) in (offset..).step_by(16).zip(bytes.chunks(16)) {
                file.write_all_at(piece, at).unwrap();
            }
        }
    }

    pub fn write_slot(&mut self, number: u64, bytes: &[u8; 64]) {
        let (file, offset) = self.slot(number);
        file.write_all_at(bytes, offset).unwrap();
    }

    fn slot(&mut self, number: u64) -> (&File, u64) {
        let index = number - u64::from(self.first_number);
        let in_first = u64::from(FIRST_SLOTS);
        if index >= in_first && !self.is_second_refused {
            let number = self.first_number.wrapping_add(FIRST_SLOTS);
            let create = || create(&self.dir, self.pid, self.start, "ring2", SECOND_SLOTS, number);
            return (self.second.get_or_insert_with(create), offset(index - in_first, SECOND_SLOTS));
        }
        (&self.first, offset(index, FIRST_SLOTS))
    }
}

fn offset(index: u64, slots: u32) -> u64 {
    128 + 64 * (index % u64::from(slots))
}

/// Creates a file under another name and renames it.
fn create(dir: &Path, pid: u32, start: u64, extension: &str, slots: u32, first_number: u32) -> File {
    let name = format!("{pid}-{start}.{extension}");
    let unfinished = dir.join(format!(".tmp-{name}"));
    let file = File::create(&unfinished).unwrap();
    file.set_len(128 + 64 * u64::from(slots)).unwrap();
    file.write_all_at(&header(slots, pid, first_number, start), 0).unwrap();
    fs::rename(unfinished, dir.join(name)).unwrap();
    file
}

/// The header of a ring file.
pub fn header(slots: u32, pid: u32, first_number: u32, start: u64) -> [u8; 64] {
    let mut bytes = Vec::from(b"MPVIZRNG");
    for number in [2, slots, pid, 1, first_number, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(start.to_le_bytes());
    bytes.resize(64, 0);
    bytes.try_into().unwrap()
}

/// The slots of a record: itself, then its text.
pub fn slots_of(record: &Written, number: u64, time: u64) -> Vec<[u8; 64]> {
    let texts: Vec<_> = record.text.chunks(48).collect();
    let mut body: Vec<u8> = record.words.iter().flat_map(|word| word.to_le_bytes()).collect();
    body.splice(0..0, time.to_le_bytes());
    body.extend(record.last_word.to_le_bytes());
    let mut slots = vec![slot(number, record.kind, texts.len() as u8, 0, &body)];
    for (at, text) in (1..).zip(texts) {
        slots.push(slot(number + at, 0, 0, text.len() as u8, text));
    }
    slots
}

fn slot(number: u64, kind: u16, continuations: u8, length: u8, body: &[u8]) -> [u8; 64] {
    let sequence = ((number - 1) % u64::from(u32::MAX) + 1) as u32;
    let mut bytes = Vec::from(sequence.to_le_bytes());
    bytes.extend(kind.to_le_bytes());
    bytes.extend([continuations, length]);
    bytes.extend(body);
    bytes.resize(60, 0);
    bytes.extend(sequence.to_le_bytes());
    bytes.try_into().unwrap()
}
