//! The messages of all languages, and their use in the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, braced, bracketed, parenthesized, token};

/// The placeholders of every message of a language, by key.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn files_below(directory: &str, extension: &str) -> Vec<PathBuf> {
    let mut directories = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)];
    let mut files = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn messages(language: &str) -> Messages {
    let mut messages = Messages::new();
    for file in files_below(&format!("assets/texts/{language}"), "ftl") {
        let source = fs::read_to_string(&file).unwrap();
        let resource = fluent_syntax::parser::parse(source.as_str()).unwrap_or_else(|(_, errors)| {
            panic!("{}: {errors:?}", file.display());
        });
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let pattern = message.value.unwrap_or_else(|| panic!("{} has no text", message.id.name));
            let mut placeholders = BTreeSet::new();
            add_placeholders(&pattern, &mut placeholders);
            let earlier = messages.insert(message.id.name.to_string(), placeholders);
            assert!(earlier.is_none(), "{}: {} is there twice", file.display(), message.id.name);
        }
    }
    messages
}

fn add_placeholders(pattern: &Pattern<&str>, placeholders: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression } => match expression {
                Expression::Inline(inline) => add_inline(inline, placeholders),
                Expression::Select { selector, variants } => {
                    add_inline(selector, placeholders);
                    for variant in variants {
                        add_placeholders(&variant.value, placeholders);
                    }
                }
            },
        }
    }
}

fn add_inline(expression: &InlineExpression<&str>, placeholders: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => {
            placeholders.insert(id.name.to_string());
        }
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("only placeholders and literals are used in texts: {other:?}"),
    }
}

/// A call of `text!`: key and placeholders.
struct TextCall {
    key: String,
    placeholders: BTreeSet<String>,
}

impl Parse for TextCall {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let key = input.parse::<LitStr>()?.value();
        let mut placeholders = BTreeSet::new();
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            placeholders.insert(input.parse::<Ident>()?.to_string());
            input.parse::<Token![=]>()?;
            while !input.is_empty() && !input.peek(Token![,]) {
                skip_token(input)?;
            }
        }
        Ok(Self { key, placeholders })
    }
}

fn skip_token(input: ParseStream) -> syn::Result<()> {
    input.step(|cursor| cursor.token_tree().map(|(_, rest)| ((), rest)).ok_or_else(|| cursor.error("a token")))
}

/// The calls of `text!` in a file, those inside of other macros and of attributes included.
struct TextCalls(Vec<TextCall>);

impl Parse for TextCalls {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut calls = Vec::new();
        while !input.is_empty() {
            if input.peek(Ident) && input.peek2(Token![!]) && input.parse::<Ident>()? == "text" {
                input.parse::<Token![!]>()?;
                let call;
                parenthesized!(call in input);
                calls.push(call.fork().parse()?);
                calls.extend(call.parse::<Self>()?.0);
            } else if input.peek(token::Paren) || input.peek(token::Bracket) || input.peek(token::Brace) {
                let group;
                match () {
                    () if input.peek(token::Paren) => _ = parenthesized!(group in input),
                    () if input.peek(token::Bracket) => _ = bracketed!(group in input),
                    () => _ = braced!(group in input),
                }
                calls.extend(group.parse::<Self>()?.0);
            } else if !input.is_empty() {
                skip_token(input)?;
            }
        }
        Ok(Self(calls))
    }
}

#[test]
fn every_language_has_the_same_messages() {
    let english = messages("en");
    let korean = messages("ko");
    let keys = |messages: &Messages| messages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&korean));
}

#[test]
fn every_text_of_the_code_exists_with_its_placeholders() {
    for language in ["en", "ko"] {
        let messages = messages(language);
        for file in files_below("src", "rs") {
            let calls: TextCalls = syn::parse_str(&fs::read_to_string(&file).unwrap()).unwrap();
            for TextCall { key, placeholders } in calls.0 {
                let used = messages.get(&key).unwrap_or_else(|| panic!("{language}: no text {key}"));
                assert!(used.is_subset(&placeholders), "{language}: {key} uses {used:?}, given {placeholders:?}");
                assert_eq!(used.is_empty(), placeholders.is_empty(), "{language}: {key} ignores all it is given");
            }
        }
    }
}

#[test]
fn every_message_is_used_by_the_code() {
    let code: Vec<String> = files_below("src", "rs").iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let is_used = |key: &&String| code.iter().any(|file| file.contains(&format!("\"{key}\"")));
    let english = messages("en");
    let unused: Vec<_> = english.keys().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
