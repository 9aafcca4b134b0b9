//! Tests of `mpviz claims`: the rules of its verdicts, what it prints, and how it ends.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use mpviz::report::claims::ClaimVerdict::{HalfSo, NotSo, So};
use mpviz::report::claims::{Claim, ClaimResult, NoVerdict, SecondsFigures, json, markdown, text};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::claims::{all_results, figures_of_all_verdicts, judged, report_of, unjudged};
use crate::support::{children_of, mpviz_command, run_mpviz, snapshot, wait_until, written_text};

#[test]
fn verdicts_follow_from_what_was_measured() {
    let all = figures_of_all_verdicts();
    for (verdict, figures) in &all {
        assert_eq!(figures.verdict(), *verdict, "{figures:?}");
    }
    for claim in Claim::ALL {
        for verdict in [So, HalfSo, NotSo] {
            let exists = all.iter().any(|(found, figures)| figures.claim() == claim && *found == verdict);
            assert!(exists, "{claim:?} {verdict:?}");
        }
    }
}

#[test]
fn figures_that_differ_by_less_than_noise_are_equal() {
    let seconds = |pool_s, process_s| SecondsFigures {
        numbers: 1,
        workers: 4,
        numpy: true,
        single_s: 1.0,
        pool_s,
        process_s,
        empty_pool_s: 0.1,
        empty_process_s: 0.2,
    };
    assert_eq!(seconds(0.92, 0.85).parts(), [false, false]);
    assert_eq!(seconds(0.9, 0.8).parts(), [true, true]);
    assert!(seconds(0.9, 0.8).shipping_s().abs() < f64::EPSILON, "shipping costs no negative time");
}

#[test]
fn claims_that_were_not_judged_have_no_verdict() {
    let (_, figures) = &figures_of_all_verdicts()[0];
    let disturbed = NoVerdict::Disturbed { percent: 48 };
    let result = ClaimResult { no_verdict: Some(disturbed), ..judged(figures) };
    assert_eq!((judged(figures).verdict(), result.verdict()), (Some(So), None));
    assert_eq!(unjudged().iter().find_map(ClaimResult::verdict), None);
}

#[test]
fn claims_are_printed_as_text_and_markdown() {
    let report = report_of(all_results());
    snapshot::assert_matches_snapshot("cli", "claims.txt", &written_text(|out| text::write(&report, 80, out)));
    snapshot::assert_matches_snapshot("cli", "claims.md", &written_text(|out| markdown::write(&report, out)));
}

#[test]
fn json_of_claims_has_verdicts_reasons_and_figures() {
    let json = written_text(|out| json::write(&report_of(all_results()), out));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["schema"], &json["python"]), (&1.into(), &"cpython 3.11.7".into()));
    let claims = json["claims"].as_array().unwrap();
    let first = &claims[0];
    assert_eq!((&first["name"], &first["verdict"], &first["no_verdict"]), (&"fifo".into(), &"so".into(), &Value::Null));
    assert_eq!((&first["parts"], &first["figures"]["chunks"]), (&serde_json::json!([true, true]), &7.into()));
    let disturbed = claims.iter().find(|claim| claim["no_verdict"]["kind"] == "disturbed").unwrap();
    assert_eq!((&disturbed["verdict"], &disturbed["no_verdict"]["percent"]), (&Value::Null, &48.into()));
    for claim in claims {
        assert!(claim["claim"].is_string() && claim["why"].as_str().is_some_and(|why| !why.is_empty()), "{claim}");
        assert_eq!(claim["figures"].is_null(), claim["measured"].is_null(), "{claim}");
    }
}

#[test]
fn verdicts_on_few_tasks_and_killed_workers_are_measured_here() {
    let output = run_mpviz(&["claims", "kill", "--json"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [claim] = json["claims"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((&claim["name"], &claim["verdict"]), (&"kill".into(), &"so".into()), "{claim}");
    assert_eq!(claim["figures"]["threads"]["died"], 4);
    assert!(json["elapsed_s"].as_f64().unwrap() > 0.1);
}

#[test]
fn without_python_a_claim_about_it_has_no_verdict() {
    let Output { status, stdout, .. } =
        mpviz_command(&["claims", "collect", "fifo", "--json"]).env("PATH", "").output().unwrap();
    assert!(status.success());
    let json: Value = serde_json::from_slice(&stdout).unwrap();
    assert!(json["python"].is_null());
    for claim in json["claims"].as_array().unwrap() {
        assert_eq!((&claim["verdict"], &claim["no_verdict"]["kind"]), (&Value::Null, &"no-python".into()), "{claim}");
    }
}

#[test]
fn claims_about_python_are_measured_with_the_named_interpreter() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let output = run_mpviz(&["claims", "collect", "fifo", "--json", "--python", "python3"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdicts: Vec<_> = json["claims"].as_array().unwrap().iter().map(|claim| &claim["verdict"]).collect();
    assert_eq!(verdicts, ["half-so", "so"], "{json}");
    assert_eq!(json["claims"][0]["figures"]["chunks"], 7);
    let missing = run_mpviz(&["claims", "--python", "/nowhere/python"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("--python /nowhere/python"));
}

#[test]
fn names_of_claims_are_listed_and_checked() {
    let list = String::from_utf8(run_mpviz(&["claims", "--list"]).stdout).unwrap();
    let names: Vec<_> = list.lines().filter_map(|line| line.strip_prefix(' ')?.split(' ').next()).collect();
    assert!(Claim::ALL.iter().all(|claim| names.contains(&claim.name())), "{list}");
    let unknown = run_mpviz(&["claims", "fiffo"]);
    let error = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(unknown.status.code() == Some(2) && error.contains("'fifo'"), "{error}");
}

/// The processes of mpviz's child, which is the program that measures a claim in Python.
fn program_with_workers(mpviz: u32) -> Option<Vec<u32>> {
    let program = *children_of(mpviz).first()?;
    let workers = children_of(program);
    (!workers.is_empty()).then(|| [vec![program], workers].concat())
}

fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
}

#[test]
fn no_process_is_left_when_measuring_is_interrupted_or_killed() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
        let mut mpviz = mpviz_command(&["claims", "map"]).stdout(Stdio::piped()).spawn().unwrap();
        let processes = wait_until("a pool of Python", || program_with_workers(mpviz.id()));
        kill(Pid::from_raw(mpviz.id().cast_signed()), signal).unwrap();
        assert_eq!(mpviz.wait().unwrap().signal(), Some(signal as i32));
        wait_until("the end of all processes", || processes.iter().all(|pid| !is_running(*pid)).then_some(()));
    }
}
