//! Sentences that become shorter where space is short.

/// A sentence that consists of one or more complete statements.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Variants of the main statement, longest first, without full stop.
    pub(super) variants: Vec<String>,
    /// Further statements, which are dropped first.
    pub(super) notes: Vec<String>,
}

impl Sentence {
    pub(super) fn new(statement: impl Into<String>) -> Self {
        Self { variants: vec![statement.into()], notes: Vec::new() }
    }

    /// A statement, with its cause in variants and without it.
    pub(super) fn with_cause(statement: &str, causes: &[String]) -> Self {
        let explained = causes.iter().map(|cause| format!("{statement}: {cause}"));
        Self { variants: explained.chain([statement.into()]).collect(), notes: Vec::new() }
    }

    /// Adds variants with a shorter statement and the cause, where the whole statement leaves no space for that.
    pub(super) fn or_shorter(mut self, statement: &str, causes: &[String]) -> Self {
        let last = self.variants.len().saturating_sub(1);
        self.variants.splice(last..last, causes.iter().map(|cause| format!("{statement}: {cause}")));
        self
    }

    /// Adds a statement.
    #[must_use]
    pub fn with_note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// Joins all statements into one sentence without full stop.
    pub(super) fn statements(&self) -> String {
        statements(self.variants.iter().take(1).chain(&self.notes))
    }

    /// The whole sentence; empty if there is nothing to say.
    #[must_use]
    pub fn whole_sentence(&self) -> String {
        if self.variants.is_empty() { String::new() } else { format!("{}.", self.statements()) }
    }

    /// The sentence without the cause.
    #[must_use]
    pub fn without_cause(&self) -> String {
        let all: Vec<_> = self.variants.iter().rev().take(1).chain(&self.notes).collect();
        if all.is_empty() { String::new() } else { format!("{}.", statements(all)) }
    }

    /// The whole sentence, then its shorter variants.
    #[must_use]
    pub fn shorter_variants(&self) -> Vec<String> {
        let shorter = self.variants.iter().map(|text| format!("{text}."));
        let mut variants: Vec<String> = std::iter::once(self.whole_sentence()).chain(shorter).collect();
        variants.dedup();
        variants
    }
}

/// Joins independent statements into one sentence.
pub(super) fn statements<'a>(all: impl IntoIterator<Item = &'a String>) -> String {
    all.into_iter().map(String::as_str).collect::<Vec<_>>().join("; ")
}
