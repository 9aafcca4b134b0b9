//! Korean particles, whose form depends on the sound before them.

/// Particles in the notation of the texts, with the forms after a consonant and after a vowel.
const PARTICLES: [(&str, &str, &str); 6] = [
    ("은(는)", "은", "는"),
    ("이(가)", "이", "가"),
    ("을(를)", "을", "를"),
    ("과(와)", "과", "와"),
    ("(으)로", "으로", "로"),
    ("(이)", "이", ""),
];

/// How the word before a particle ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Vowel,
    /// The consonant ㄹ, after which `로` stands as after a vowel.
    Rieul,
    Consonant,
}

/// Replaces every particle that is written for both endings, such as `은(는)`, by the one that fits.
pub(super) fn resolve_particles(text: &str) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let particle = PARTICLES.iter().find(|(notation, ..)| rest.starts_with(notation));
        let Some((notation, after_consonant, after_vowel)) = particle else {
            resolved.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let form = match ending_of(&resolved) {
            Ending::Vowel => after_vowel,
            Ending::Rieul if *notation == "(으)로" => after_vowel,
            Ending::Rieul | Ending::Consonant => after_consonant,
        };
        resolved.push_str(form);
        rest = &rest[notation.len()..];
    }
    resolved
}

/// How the last word of a text ends when it is read aloud. Signs after it, such as quotes, are not read.
fn ending_of(text: &str) -> Ending {
    let Some(c) = text.chars().rev().find(|c| c.is_alphanumeric() || *c == '%') else { return Ending::Vowel };
    match c {
        // A syllable is 0xAC00 + (initial × 21 + vowel) × 28 + final; final 8 is ㄹ. Unicode 16, section 3.12.
        '가'..='힣' => match (c as u32 - 0xAC00) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        // 일, 칠, 팔.
        '1' | '7' | '8' => Ending::Rieul,
        // 영, 삼, 육; 이, 사, 오, 구 and 퍼센트 end in a vowel.
        '0' | '3' | '6' => Ending::Consonant,
        '2' | '4' | '5' | '9' | '%' => Ending::Vowel,
        _ => ending_of_latin_word(text),
    }
}

/// How a Latin word ends in Korean: by its last letter, as most names of programs and functions do. A letter alone is
/// read by its name: 엘, 엠, 엔, 알.
fn ending_of_latin_word(text: &str) -> Ending {
    let mut letters = text.chars().rev().skip_while(|c| !c.is_ascii_alphabetic());
    let (last, before) = (letters.next(), letters.next());
    let is_alone = !before.is_some_and(|c| c.is_ascii_alphabetic());
    match last {
        Some('l' | 'L') => Ending::Rieul,
        Some('r' | 'R') if is_alone => Ending::Rieul,
        Some('m' | 'n' | 'M' | 'N') => Ending::Consonant,
        // 맵, 락, 잡, but 청크, 덤프.
        Some('p' | 'k' | 'b') if before.is_some_and(|c| "aeiouc".contains(c)) => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particle_follows_the_sound_before_it() {
        for (text, resolved) in [
            ("풀은(는) 작업을(를)", "풀은 작업을"),
            ("프로세스은(는) 코어이(가)", "프로세스는 코어가"),
            ("워커 4개을(를)", "워커 4개를"),
            ("16(으)로, 7(으)로, 3(으)로, 2(으)로", "16으로, 7로, 3으로, 2로"),
            ("`pool`은(는)", "`pool`은"),
            ("process(4)과(와)", "process(4)와"),
            ("run-b은(는) web을(를) r(으)로", "run-b는 web을 r로"),
            ("풀(으)로", "풀로"),
            ("chunk과(와) lock은(는) map을(를)", "chunk와 lock은 map을"),
            ("풀 Pool의 40 %이(가)", "풀 Pool의 40 %가"),
            ("Pool 2을(를)", "Pool 2를"),
            ("", ""),
        ] {
            assert_eq!(resolve_particles(text), resolved);
        }
    }
}
