//! Tests of the input parser.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;

fn inputs_of(bytes: &[u8]) -> Vec<TerminalInput> {
    let mut parser = InputParser::default();
    bytes.iter().filter_map(|byte| parser.advance(*byte)).collect()
}

fn parser_after(bytes: &[u8]) -> InputParser {
    let mut parser = InputParser::default();
    for byte in bytes {
        parser.advance(*byte);
    }
    parser
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> TerminalInput {
    TerminalInput::Key(KeyEvent::new(code, modifiers))
}

fn plain(code: KeyCode) -> TerminalInput {
    key(code, KeyModifiers::NONE)
}

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> TerminalInput {
    TerminalInput::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
}

#[test]
fn keys_are_decoded() {
    const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
    let cases: &[(&[u8], TerminalInput)] = &[
        (b"q", plain(KeyCode::Char('q'))),
        ("й".as_bytes(), plain(KeyCode::Char('й'))),
        ("🦀".as_bytes(), plain(KeyCode::Char('🦀'))),
        (b"\r", plain(KeyCode::Enter)),
        (b"\t", plain(KeyCode::Tab)),
        (b"\x7f", plain(KeyCode::Backspace)),
        (b"\x00", key(KeyCode::Char(' '), CONTROL)),
        (b"\x1a", key(KeyCode::Char('z'), CONTROL)),
        (b"\x1c", key(KeyCode::Char('4'), CONTROL)),
        (b"\x1bq", key(KeyCode::Char('q'), KeyModifiers::ALT)),
        ("\x1bé".as_bytes(), key(KeyCode::Char('é'), KeyModifiers::ALT)),
        (b"\x1b\r", key(KeyCode::Enter, KeyModifiers::ALT)),
        (b"\x1b[A", plain(KeyCode::Up)),
        (b"\x1bOB", plain(KeyCode::Down)),
        (b"\x1bO5C", plain(KeyCode::Right)),
        (b"\x1b[1;5D", key(KeyCode::Left, CONTROL)),
        (b"\x1b[1;4A", key(KeyCode::Up, KeyModifiers::SHIFT | KeyModifiers::ALT)),
        (b"\x1b[H", plain(KeyCode::Home)),
        (b"\x1bOH", plain(KeyCode::Home)),
        (b"\x1b[1~", plain(KeyCode::Home)),
        (b"\x1b[7~", plain(KeyCode::Home)),
        (b"\x1b[F", plain(KeyCode::End)),
        (b"\x1bOF", plain(KeyCode::End)),
        (b"\x1b[4~", plain(KeyCode::End)),
        (b"\x1b[8~", plain(KeyCode::End)),
        (b"\x1b[5~", plain(KeyCode::PageUp)),
        (b"\x1b[6;5~", key(KeyCode::PageDown, CONTROL)),
        (b"\x1b[3~", plain(KeyCode::Delete)),
        (b"\x1b[Z", key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        (b"\x1b[9;2u", key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        (b"\x1bOP", plain(KeyCode::F(1))),
        (b"\x1b[[E", plain(KeyCode::F(5))),
        (b"\x1b[17~", plain(KeyCode::F(6))),
        (b"\x1b[24~", plain(KeyCode::F(12))),
        (b"\x1bOk", plain(KeyCode::Char('+'))),
        (b"\x1b[99;5u", key(KeyCode::Char('c'), CONTROL)),
        (b"\x1b[27;5;99~", key(KeyCode::Char('c'), CONTROL)),
        (b"\x1b[115;2u", key(KeyCode::Char('S'), KeyModifiers::SHIFT)),
        (b"\x1b[27u", plain(KeyCode::Esc)),
        (b"\x1b[113;1:2u", plain(KeyCode::Char('q'))),
    ];
    for (bytes, input) in cases {
        assert_eq!(inputs_of(bytes), [*input], "{}", bytes.escape_ascii());
    }
}

#[test]
fn mouse_events_are_decoded() {
    let left = MouseEventKind::Down(MouseButton::Left);
    assert_eq!(inputs_of(b"\x1b[<0;14;300M"), [mouse(left, 13, 299)]);
    assert_eq!(inputs_of(b"\x1b[<0;14;3m"), [mouse(MouseEventKind::Up(MouseButton::Left), 13, 2)]);
    assert_eq!(inputs_of(b"\x1b[<32;1;1M"), [mouse(MouseEventKind::Drag(MouseButton::Left), 0, 0)]);
    assert_eq!(inputs_of(b"\x1b[<64;1;1M"), [mouse(MouseEventKind::ScrollUp, 0, 0)]);
    assert_eq!(inputs_of(b"\x1b[<65;1;1M"), [mouse(MouseEventKind::ScrollDown, 0, 0)]);
    assert_eq!(inputs_of(b"\x1b[M !\"q"), [mouse(left, 0, 1), plain(KeyCode::Char('q'))]);
    assert_eq!(inputs_of(b"\x1b[<0;0;1Mq"), [plain(KeyCode::Char('q'))], "there is no column 0");
}

#[test]
fn reports_are_decoded() {
    assert_eq!(inputs_of(b"\x1b[2;11R"), [TerminalInput::CursorPosition { row: 2, column: 11 }]);
    assert_eq!(inputs_of(b"\x1b[?2026;2$y"), [TerminalInput::ModeReport { mode: 2026, setting: 2 }]);
    assert_eq!(inputs_of(b"\x1b[?62;1;4c"), [TerminalInput::DeviceAttributes]);
    assert_eq!(inputs_of(b"\x1b]11;rgb:fafa/8080/0000\x07"), [TerminalInput::Background([0xfa, 0x80, 0])]);
    assert_eq!(inputs_of(b"\x1b]11;rgba:fa/80/00/ff\x1b\\"), [TerminalInput::Background([0xfa, 0x80, 0])]);
}

#[test]
fn finished_sequences_without_a_meaning_are_dropped() {
    let sequences: [&[u8]; 17] = [
        b"\x1b[?997;1n",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[>1;4000;20c",
        b"\x1b[=0u",
        b"\x1b[99;1:3u",
        b"\x1b[57358u",
        b"\x1b[201~",
        b"\x1b[32;1;1M",
        b"\x1b]4;1;rgb:ff/ff/ff\x07",
        b"\x1b]lq\x1b\\",
        b"\x1bPq\x1b\\",
        b"\x1b_q\x1b\\",
        b"\x1b^q\x07",
        b"\x1bXq\x1b\\",
        b"\x1b[200~q\x1b[A\x1b]\x1b[Mq\xe2\x1b[201~",
        b"\xff\xc0\x80",
    ];
    for sequence in sequences {
        let bytes = [sequence, b"q"].concat();
        assert_eq!(inputs_of(&bytes), [plain(KeyCode::Char('q'))], "{}", bytes.escape_ascii());
    }
}

#[test]
fn bytes_that_do_not_belong_to_a_sequence_are_keys() {
    let [q, z] = [plain(KeyCode::Char('q')), key(KeyCode::Char('z'), KeyModifiers::CONTROL)];
    assert_eq!(inputs_of(b"\xe2\x96q"), [q]);
    assert_eq!(inputs_of(b"\x1b[1;\x1a"), [z]);
    assert_eq!(inputs_of(b"\x1b]11;\x1a"), [z]);
    assert_eq!(inputs_of(b"\x1b\x1b[A"), [plain(KeyCode::Esc), plain(KeyCode::Up)]);
}

#[test]
fn incomplete_input_has_a_timeout() {
    let after = |bytes: &[u8]| {
        let mut parser = parser_after(bytes);
        (parser.timeout(), parser.expire(), parser.timeout())
    };
    assert_eq!(after(b"q"), (None, None, None));
    assert_eq!(after(b"\x1b"), (Some(ESCAPE_TIMEOUT), Some(plain(KeyCode::Esc)), None));
    for bytes in [&b"\x1b[1"[..], b"\x1bO", b"\x1b]11;", b"\x1bP", b"\xe2", b"\x1b[200~abc", b"\x1b[200~\x1b"] {
        assert_eq!(after(bytes), (Some(INCOMPLETE_TIMEOUT), None, None), "{}", bytes.escape_ascii());
    }
}

#[test]
fn sequences_of_any_length_are_dropped_as_a_whole() {
    let ones = vec![b'1'; 100_000];
    for (begin, end) in [(&b"\x1b["[..], &b"A"[..]), (b"\x1b]", b"\x07"), (b"\x1bO", b"A"), (b"\x1b[<", b"M")] {
        let bytes = [begin, &ones, end, b"q"].concat();
        assert_eq!(inputs_of(&bytes), [plain(KeyCode::Char('q'))]);
    }
}

/// Bytes that often begin, continue or end a sequence, and random ones.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        any::<Vec<u8>>(),
        prop::sample::select(vec![
            &b"\x1b"[..],
            b"\x1b[",
            b"\x1bO",
            b"\x1b]11;rgb:",
            b"\x1bP",
            b"\x1b[200~",
            b"\x1b[201~",
            b"\x1b[M",
            b"\x1b[[",
            b"\x1b[<0;1",
            b"\x1b\\",
            b"\x07",
            b"\xf0\x9f",
            b"1;5",
            b"27;5;99~",
            b"A",
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn ctrl_c_is_recognized_in_every_state(bytes in any_bytes()) {
        for ctrl_c in [&b"\x03"[..], b"\x1b[99;5u", b"\x1b[27;5;99~"] {
            let inputs = inputs_of(&[&bytes, ctrl_c].concat());
            prop_assert_eq!(inputs.last(), Some(&key(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        }
    }

    #[test]
    fn keys_are_read_again_after_the_timeout(bytes in any_bytes()) {
        let mut parser = parser_after(&bytes);
        if parser.timeout().is_some() {
            parser.expire();
        }
        prop_assert_eq!(parser.timeout(), None);
        prop_assert_eq!(parser.advance(b'q'), Some(plain(KeyCode::Char('q'))));
    }

    #[test]
    fn pasted_text_is_never_a_key(text in "[^\u{3}\u{1b}]*") {
        let bytes = ["\x1b[200~", &text, "\x1b[201~q"].concat();
        prop_assert_eq!(inputs_of(bytes.as_bytes()), [plain(KeyCode::Char('q'))]);
    }
}
