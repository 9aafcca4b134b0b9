//! What programs read is the same in every language: keys, columns, names in traces.

use std::process::Output;

use serde_json::Value;

use crate::support::run_mpviz;
use crate::support::stories::{story_names, story_path};

/// Runs mpviz with these arguments in both languages, and returns what it printed.
fn in_both_languages(args: &[&str]) -> [String; 2] {
    ["en", "ko"].map(|language| {
        let Output { status, stdout, stderr } = run_mpviz(&[args, &["--lang", language]].concat());
        assert!(status.code().is_some_and(|code| code == 0 || code == 3), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    })
}

/// The paths of all keys of a JSON value, with the figures and without the sentences.
fn add_keys(value: &Value, path: &str, keys: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| add_keys(value, &format!("{path}.{key}"), keys)),
        Value::Array(values) => values.iter().for_each(|value| add_keys(value, &format!("{path}[]"), keys)),
        Value::String(_) => keys.push(path.to_owned()),
        figure => keys.push(format!("{path} {figure}")),
    }
}

fn keys_of(json: &str) -> Vec<String> {
    let mut keys = Vec::new();
    add_keys(&serde_json::from_str(json).unwrap(), "", &mut keys);
    keys
}

#[test]
fn csv_and_keys_of_results_do_not_depend_on_the_language() {
    for story in story_names() {
        let path = story_path(&story);
        let path = path.to_str().unwrap();
        let [english, korean] = in_both_languages(&["replay", path, "--csv"]);
        assert_eq!(english, korean, "{story}");
        let [english, korean] = in_both_languages(&["replay", path, "--json"]);
        assert_eq!(keys_of(&english), keys_of(&korean), "{story}");
        let [english, korean] = in_both_languages(&["compare", path, path, "--csv"]);
        assert_eq!(english, korean, "{story}");
        let [english, korean] = in_both_languages(&["compare", path, path, "--json"]);
        assert_eq!(keys_of(&english), keys_of(&korean), "{story}");
    }
}

#[test]
fn exported_traces_do_not_depend_on_the_language() {
    for story in story_names() {
        for format in ["csv", "perfetto", "joblog"] {
            let [english, korean] =
                in_both_languages(&["export", story_path(&story).to_str().unwrap(), "--to", format]);
            assert_eq!(english, korean, "{story} as {format}");
        }
    }
}
