//! Parser of terminal input: bytes in; keys, mouse events and the terminal's reports out.
//!
//! The state is bounded, and time is data: the caller waits for [`InputParser::timeout`] and calls
//! [`InputParser::expire`]. Unknown sequences are dropped as a whole. Ctrl-C is recognized in every state.

mod sequence;

use std::mem;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use sequence::SequenceBody;

pub use sequence::TerminalInput;

/// How long an ESC is held back, because it may begin a sequence.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(50);
/// After this time without a byte, an incomplete sequence or paste is dropped.
const INCOMPLETE_TIMEOUT: Duration = Duration::from_secs(1);

const CTRL_C: u8 = 0x03;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;

/// What has been read of an incomplete input.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Ground,
    /// The first `len` bytes of a character.
    Character {
        bytes: [u8; 4],
        len: usize,
        modifiers: KeyModifiers,
    },
    Escape,
    /// After `CSI`.
    ControlSequence(SequenceBody),
    /// After `SS3`.
    SingleShift(SequenceBody),
    /// After `CSI [`, with which the Linux console begins F1 to F5.
    ConsoleFunctionKey,
    /// After `CSI M`: button, column and row, of which `len` bytes have been read.
    X10Mouse {
        bytes: [u8; 3],
        len: usize,
    },
    /// In an OSC string.
    SystemCommand(SequenceBody),
    /// In a DCS, SOS, PM or APC string.
    IgnoredString,
}

/// A state machine over the bytes that a terminal sends.
#[derive(Debug, Default)]
pub struct InputParser {
    state: State,
    /// Whether a bracketed paste has begun. Its content is no input, except Ctrl-C.
    pasting: bool,
}

impl InputParser {
    /// Processes a byte, and returns the input that it completes.
    pub fn advance(&mut self, byte: u8) -> Option<TerminalInput> {
        let state = mem::take(&mut self.state);
        let input = match (byte, state) {
            (CTRL_C, _) => self.begin(byte, KeyModifiers::NONE),
            // ESC begins a sequence in every state, and ends a string.
            (ESC, state) => {
                self.state = State::Escape;
                match state {
                    State::Escape => Some(TerminalInput::key(KeyCode::Esc)),
                    State::SystemCommand(body) => sequence::decode_system_command(body.as_bytes()?),
                    _ => None,
                }
            }
            (byte, state) => self.advance_from(state, byte),
        };
        input.filter(|input| !self.pasting || input.is_ctrl_c())
    }

    /// How long to wait for the next byte before [`Self::expire`]; none if nothing is incomplete.
    #[must_use]
    pub const fn timeout(&self) -> Option<Duration> {
        match self.state {
            State::Ground if !self.pasting => None,
            State::Escape if !self.pasting => Some(ESCAPE_TIMEOUT),
            _ => Some(INCOMPLETE_TIMEOUT),
        }
    }

    /// Ends what is incomplete: a lone ESC is the key Esc, everything else is dropped.
    pub fn expire(&mut self) -> Option<TerminalInput> {
        let parser = mem::take(self);
        (matches!(parser.state, State::Escape) && !parser.pasting).then(|| TerminalInput::key(KeyCode::Esc))
    }

    fn advance_from(&mut self, state: State, byte: u8) -> Option<TerminalInput> {
        match (state, byte) {
            (State::Escape, _) => return self.begin_sequence(byte),
            (State::Character { mut bytes, len, modifiers }, 0x80..=0xbf) => {
                bytes[len] = byte;
                return self.continue_character(bytes, len + 1, modifiers);
            }
            (State::ControlSequence(mut body), 0x20..=0x3f) => {
                body.push(byte);
                self.state = State::ControlSequence(body);
            }
            (State::ControlSequence(body), 0x40..=0x7e) => return self.end_control_sequence(body.as_bytes()?, byte),
            (State::SingleShift(mut body), 0x20..=0x3f) => {
                body.push(byte);
                self.state = State::SingleShift(body);
            }
            (State::SingleShift(body), 0x40..=0x7e) => return sequence::decode_single_shift(body.as_bytes()?, byte),
            (State::ConsoleFunctionKey, b'A'..=b'E') => {
                return Some(TerminalInput::key(KeyCode::F(byte - b'A' + 1)));
            }
            (State::X10Mouse { mut bytes, len }, 0x20..) => {
                bytes[len] = byte;
                if len + 1 == bytes.len() {
                    return sequence::decode_x10_mouse(bytes);
                }
                self.state = State::X10Mouse { bytes, len: len + 1 };
            }
            (State::SystemCommand(body), BEL) => return sequence::decode_system_command(body.as_bytes()?),
            (State::IgnoredString, BEL) => {}
            (State::SystemCommand(mut body), _) if byte != CAN && byte != SUB => {
                body.push(byte);
                self.state = State::SystemCommand(body);
            }
            (State::IgnoredString, _) if byte != CAN && byte != SUB => self.state = State::IgnoredString,
            // The byte does not belong to what is incomplete.
            _ => return self.begin(byte, KeyModifiers::NONE),
        }
        None
    }

    /// Processes the byte after ESC.
    fn begin_sequence(&mut self, byte: u8) -> Option<TerminalInput> {
        self.state = match byte {
            b'[' => State::ControlSequence(SequenceBody::default()),
            b'O' => State::SingleShift(SequenceBody::default()),
            b']' => State::SystemCommand(SequenceBody::default()),
            b'P' | b'X' | b'^' | b'_' => State::IgnoredString,
            // The end of a string.
            b'\\' => State::Ground,
            _ => return self.begin(byte, KeyModifiers::ALT),
        };
        None
    }

    fn end_control_sequence(&mut self, body: &[u8], last: u8) -> Option<TerminalInput> {
        match (body, last) {
            (b"", b'M') => self.state = State::X10Mouse { bytes: [0; 3], len: 0 },
            (b"", b'[') => self.state = State::ConsoleFunctionKey,
            (b"200", b'~') => self.pasting = true,
            (b"201", b'~') => self.pasting = false,
            _ => return sequence::decode_control_sequence(body, last),
        }
        None
    }

    /// Processes a byte that is a key, or begins a character.
    fn begin(&mut self, byte: u8, modifiers: KeyModifiers) -> Option<TerminalInput> {
        let (code, control) = match byte {
            b'\r' | b'\n' => (KeyCode::Enter, KeyModifiers::NONE),
            b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
            0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
            0x00 => (KeyCode::Char(' '), KeyModifiers::CONTROL),
            0x01..=0x1a => (KeyCode::Char(char::from(byte - 1 + b'a')), KeyModifiers::CONTROL),
            0x1b..=0x1f => (KeyCode::Char(char::from(byte - 0x1c + b'4')), KeyModifiers::CONTROL),
            _ => return self.continue_character([byte, 0, 0, 0], 1, modifiers),
        };
        Some(TerminalInput::Key(KeyEvent::new(code, modifiers | control)))
    }

    /// Returns the key of a complete character. Bytes that are not UTF-8 are dropped.
    fn continue_character(&mut self, bytes: [u8; 4], len: usize, modifiers: KeyModifiers) -> Option<TerminalInput> {
        match str::from_utf8(&bytes[..len]) {
            Ok(text) => {
                let c = text.chars().next().filter(|c| !c.is_control())?;
                Some(TerminalInput::Key(KeyEvent::new(KeyCode::Char(c), modifiers)))
            }
            Err(error) => {
                if error.error_len().is_none() {
                    self.state = State::Character { bytes, len, modifiers };
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
