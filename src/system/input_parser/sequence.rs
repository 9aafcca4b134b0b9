//! Decodes complete sequences of a terminal.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// An input from the terminal. Columns and rows of the mouse count from 0, those of the cursor from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalInput {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// The reply to `CSI 6 n` (CPR).
    CursorPosition {
        row: u16,
        column: u16,
    },
    /// The reply to `CSI ? mode $ p` (DECRPM).
    ModeReport {
        mode: u16,
        setting: u16,
    },
    /// The reply to `OSC 11 ; ?`: red, green and blue of the background.
    Background([u8; 3]),
    /// The reply to `CSI c` (DA1).
    DeviceAttributes,
}

impl TerminalInput {
    pub(super) fn key(code: KeyCode) -> Self {
        Self::Key(code.into())
    }

    pub(super) fn is_ctrl_c(&self) -> bool {
        matches!(self, Self::Key(KeyEvent { code: KeyCode::Char('c' | 'C'), modifiers, .. })
            if modifiers.contains(KeyModifiers::CONTROL))
    }
}

/// Length of a kept sequence, above that of any sequence that is decoded.
const MAX_BODY_BYTES: usize = 128;

/// The bytes of a sequence between introducer and final byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct SequenceBody {
    bytes: [u8; MAX_BODY_BYTES],
    len: usize,
}

impl Default for SequenceBody {
    fn default() -> Self {
        Self { bytes: [0; MAX_BODY_BYTES], len: 0 }
    }
}

impl SequenceBody {
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.len) {
            *free = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// The bytes; none if the sequence is too long.
    pub(super) fn as_bytes(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len)
    }
}

/// Numeric parameters, separated by `;`, with subparameters after `:`.
struct Parameters<'a>(&'a str);

impl<'a> Parameters<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
        let is_numeric = body.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'));
        str::from_utf8(body).ok().filter(|_| is_numeric).map(Self)
    }

    /// A parameter; none if it is missing, empty or too large.
    fn get<T: std::str::FromStr>(&self, index: usize) -> Option<T> {
        self.subparameter(index, 0)
    }

    fn subparameter<T: std::str::FromStr>(&self, index: usize, sub: usize) -> Option<T> {
        self.0.split(';').nth(index)?.split(':').nth(sub)?.parse().ok()
    }

    /// The key with the modifiers of the second parameter; none if the key was released.
    fn key(&self, code: KeyCode) -> Option<TerminalInput> {
        const RELEASED: u8 = 3;
        let is_released = self.subparameter(1, 1) == Some(RELEASED);
        (!is_released).then(|| TerminalInput::Key(KeyEvent::new(code, self.modifiers())))
    }

    fn modifiers(&self) -> KeyModifiers {
        let bits = self.get::<u8>(1).unwrap_or(1).saturating_sub(1);
        let flags = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
        flags.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, flag)| flag).collect()
    }
}

/// Decodes `CSI body last`.
pub(super) fn decode_control_sequence(body: &[u8], last: u8) -> Option<TerminalInput> {
    match body.split_first() {
        Some((b'<', rest)) => decode_sgr_mouse(&Parameters::parse(rest)?, last),
        Some((b'?', rest)) => decode_report(rest, last),
        _ => decode_key(&Parameters::parse(body)?, last),
    }
}

/// Decodes `SS3 body last`.
pub(super) fn decode_single_shift(body: &[u8], last: u8) -> Option<TerminalInput> {
    let code = match last {
        // Keys of the number block.
        b'M' | b'j'..=b'y' => match last - 0x40 {
            b'\r' => KeyCode::Enter,
            sign => KeyCode::Char(sign.into()),
        },
        _ => code_of_letter(last)?,
    };
    Parameters::parse(body)?.key(code)
}

fn code_of_letter(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

fn decode_key(parameters: &Parameters, last: u8) -> Option<TerminalInput> {
    match last {
        b'~' => match parameters.get::<u32>(0)? {
            // The form of xterm's `modifyOtherKeys`.
            27 => parameters.key(code_of_character(parameters.get(2)?)?),
            number => parameters.key(code_of_number(number)?),
        },
        b'u' => {
            let code = match code_of_character(parameters.get(0)?)? {
                KeyCode::Tab if parameters.modifiers() == KeyModifiers::SHIFT => KeyCode::BackTab,
                KeyCode::Char(c) if parameters.modifiers() == KeyModifiers::SHIFT => {
                    KeyCode::Char(c.to_ascii_uppercase())
                }
                code => code,
            };
            parameters.key(code)
        }
        b'Z' => Some(TerminalInput::Key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT))),
        // F3 with a modifier has the same form. mpviz asks for the cursor's position, but does not use F3.
        b'R' if !parameters.0.is_empty() => {
            Some(TerminalInput::CursorPosition { row: parameters.get(0)?, column: parameters.get(1)? })
        }
        _ => parameters.key(code_of_letter(last)?),
    }
}

/// The key of the number in `CSI number ~`.
const fn code_of_number(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23..=26 => KeyCode::F(number as u8 - 12),
        _ => return None,
    })
}

/// The key of a code point in a sequence.
fn code_of_character(point: u32) -> Option<KeyCode> {
    Some(match point {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        // The private use area, in which kitty numbers keys without a character.
        0xe000..=0xf8ff => return None,
        _ => KeyCode::Char(char::from_u32(point).filter(|c| !c.is_control())?),
    })
}

/// Decodes `CSI ? body last`.
fn decode_report(body: &[u8], last: u8) -> Option<TerminalInput> {
    match last {
        b'c' => Some(TerminalInput::DeviceAttributes),
        b'y' => {
            let parameters = Parameters::parse(body.strip_suffix(b"$")?)?;
            Some(TerminalInput::ModeReport { mode: parameters.get(0)?, setting: parameters.get(1)? })
        }
        _ => None,
    }
}

/// Decodes `OSC body ST`.
pub(super) fn decode_system_command(body: &[u8]) -> Option<TerminalInput> {
    let (format, components) = str::from_utf8(body.strip_prefix(b"11;")?).ok()?.split_once(':')?;
    if !matches!(format, "rgb" | "rgba") {
        return None;
    }
    // A component has one to four digits, of which the first two count.
    let mut parts = components.split('/').map(|part| {
        let digits = part.get(..2).unwrap_or(part);
        u8::from_str_radix(digits, 16).ok()
    });
    Some(TerminalInput::Background([parts.next()??, parts.next()??, parts.next()??]))
}

fn decode_sgr_mouse(parameters: &Parameters, last: u8) -> Option<TerminalInput> {
    let [column, row] = [1, 2].map(|index| parameters.get::<u16>(index).and_then(|cell| cell.checked_sub(1)));
    let mouse = mouse_event(parameters.get(0)?, column?, row?)?;
    match (last, mouse.kind) {
        (b'M', _) => Some(TerminalInput::Mouse(mouse)),
        (b'm', MouseEventKind::Down(button)) => {
            Some(TerminalInput::Mouse(MouseEvent { kind: MouseEventKind::Up(button), ..mouse }))
        }
        _ => None,
    }
}

/// Decodes the button, column and row of X10, each with an offset.
pub(super) fn decode_x10_mouse([button, column, row]: [u8; 3]) -> Option<TerminalInput> {
    let [column, row] = [column, row].map(|cell| cell.checked_sub(33).map(u16::from));
    mouse_event(button - 32, column?, row?).map(TerminalInput::Mouse)
}

/// The event of a button code, which has bits for modifiers (4, 8, 16) and movement (32).
fn mouse_event(code: u8, column: u16, row: u16) -> Option<MouseEvent> {
    const BUTTONS: [MouseButton; 3] = [MouseButton::Left, MouseButton::Middle, MouseButton::Right];
    let is_moving = code & 32 != 0;
    let kind = match (code & 3 | (code & 0xc0) >> 4, is_moving) {
        (button @ 0..=2, false) => MouseEventKind::Down(BUTTONS[usize::from(button)]),
        (button @ 0..=2, true) => MouseEventKind::Drag(BUTTONS[usize::from(button)]),
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        _ => return None,
    };
    let flags = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)];
    let modifiers = flags.into_iter().filter(|(bit, _)| code & bit != 0).map(|(_, flag)| flag).collect();
    Some(MouseEvent { kind, column, row, modifiers })
}
