//! The command.
use clap::Parser;
use mpviz::*;
fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("worker") {
        if let Err(e) = worker::run(args.next().as_deref()) {
            eprintln!("{e}");
            std::process::exit(1)
        }
        return;
    }
    let cli = cli::Cli::parse();
    let spec = cli.run.spec().unwrap();
    let cores = machine::cores();
    let plan = lane::Plan::new(&spec, &cores, machine::describe(&cores));
    println!("{:?}", plan.need());
    let (tx, rx) = crossbeam_channel::unbounded();
    let mut rec = cli.run.record.as_ref().map(|p| record::Recorder::create(p, true).unwrap());
    let e = lane::Execution::start(plan, tx).unwrap();
    for b in rx {
        for f in b {
            if let Some(r) = &mut rec {
                r.write(&f)
            }
            if !matches!(f.event, event::Event::Drained { .. }) && std::env::var("V").is_ok() {
                println!("{f:?}")
            }
            if matches!(f.event, event::Event::LaneEnded { .. }) {
                println!("{f:?}")
            }
        }
    }
    rec.map(|r| r.finish().unwrap());
    e.join().unwrap();
}
