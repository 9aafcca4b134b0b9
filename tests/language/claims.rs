//! Claims in Korean.

use mpviz::language::{self, Language};
use mpviz::report::claims::text;

use crate::support::claims::{all_results, report_of};
use crate::support::{snapshot, written_text};

#[test]
fn claims_are_printed_in_korean() {
    language::select(Language::Korean);
    let text = written_text(|out| text::write(&report_of(all_results()), 80, out));
    assert!(!text.contains("(는)") && !text.contains("(가)") && !text.contains("(를)"), "{text}");
    snapshot::assert_matches_snapshot("language", "claims.txt", &text);
}
