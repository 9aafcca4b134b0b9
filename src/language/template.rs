//! Texts with placeholders from files that are not part of the program, such as lessons.

use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::{Argument, Language, empty_bundle, format_message};

/// Key of the only message of a template.
const KEY: &str = "text";

/// A Fluent pattern in one language, whose placeholders are known to have values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    language: Language,
    source: String,
}

impl Template {
    /// Parses a pattern that may use the placeholders `known`.
    ///
    /// # Errors
    /// With a sentence, if the pattern is empty or malformed, or uses another placeholder.
    pub fn parse(language: Language, pattern: &str, known: &[&str]) -> Result<Self, String> {
        // Lines after the first belong to the message because they are indented.
        let lines: Vec<_> = pattern.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let source = format!("{KEY} = {}\n", lines.join("\n    "));
        let resource = parser::parse(source.as_str()).map_err(|(_, errors)| match errors.first() {
            Some(error) => format!("malformed text: {}", error.kind),
            None => "malformed text".into(),
        })?;
        let [Entry::Message(message)] = resource.body.as_slice() else { return Err("the text is empty".into()) };
        let pattern = message.value.as_ref().ok_or("the text is empty")?;
        check_placeholders(pattern, known)?;
        Ok(Self { language, source })
    }

    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The text with these values. A placeholder without a value is shown as written.
    #[must_use]
    pub fn fill(&self, arguments: &[(&str, Argument<'_>)]) -> String {
        let mut bundle = empty_bundle(self.language);
        let arguments: FluentArgs = arguments.iter().cloned().collect();
        let written = || self.source.trim_start_matches("text = ").trim_end().to_owned();
        let Ok(resource) = FluentResource::try_new(self.source.clone()) else { return written() };
        if bundle.add_resource(resource).is_err() {
            return written();
        }
        let text = format_message(&bundle, self.language, KEY, Some(&arguments)).unwrap_or_else(written);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn check_placeholders(pattern: &Pattern<&str>, known: &[&str]) -> Result<(), String> {
    pattern.elements.iter().try_for_each(|element| match element {
        PatternElement::TextElement { .. } => Ok(()),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => check_inline(inline, known),
        PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
            check_inline(selector, known)?;
            variants.iter().try_for_each(|variant| check_placeholders(&variant.value, known))
        }
    })
}

fn check_inline(inline: &InlineExpression<&str>, known: &[&str]) -> Result<(), String> {
    match inline {
        InlineExpression::VariableReference { id } if known.contains(&id.name) => Ok(()),
        InlineExpression::VariableReference { id } => {
            Err(format!("unknown placeholder ${}, expected one of ${}", id.name, known.join(", $")))
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => Ok(()),
        _ => Err("only placeholders such as { $cores } and literals can stand between braces".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_their_language() {
        let korean = Template::parse(Language::Korean, "코어 { $cores }개이(가)\n  쉰다", &["cores"]).unwrap();
        assert_eq!(korean.fill(&[("cores", Argument::from(2))]), "코어 2개가 쉰다");
        let english = "Now\n{ $tasks ->\n [one] one task\n *[other] { $tasks } tasks\n} wait";
        let english = Template::parse(Language::English, english, &["tasks"]).unwrap();
        assert_eq!(
            [1, 12].map(|n| english.fill(&[("tasks", Argument::from(n))])),
            ["Now one task wait", "Now 12 tasks wait"]
        );
    }

    #[test]
    fn bad_placeholders_are_refused() {
        let error = |text| Template::parse(Language::English, text, &["cores", "tasks"]).unwrap_err();
        assert_eq!(error("{ $core } idle"), "unknown placeholder $core, expected one of $cores, $tasks");
        assert_eq!(error("{ cores }"), "only placeholders such as { $cores } and literals can stand between braces");
        assert!(error("{ $cores").starts_with("malformed text: "), "{}", error("{ $cores"));
        assert_eq!(error("  "), "malformed text: Expected a message field for \"text\"");
    }
}
