//! The moments of a lesson: its stops, and when a worker is killed.

use toml::Spanned;

use super::checker::Checker;
use super::contents::{WrittenMoment, WrittenStop};
use crate::event::units::parse_time;
use crate::lesson::{MomentKind, PlanFigures, RunMoment, Stop};
use crate::system::toml_file::TomlError;

impl Checker<'_> {
    pub(super) fn stops(&self, written: &[WrittenStop]) -> Result<Vec<Stop>, TomlError> {
        let stops = written.iter().map(|stop| self.stop(stop)).collect::<Result<Vec<_>, _>>()?;
        if let Some(n) = stops.windows(2).position(|pair| pair[0].moment.run > pair[1].moment.run) {
            let at = written[n + 1].lane.span().start;
            return Err(self.file.error_at(at, "stops must be in the order of their runs"));
        }
        Ok(stops)
    }

    fn stop(&self, written: &WrittenStop) -> Result<Stop, TomlError> {
        let WrittenStop { run, lane, at, after, before, caption, notes, ask } = written.clone();
        let moment = self.moment(&WrittenMoment { run, lane, at, after, before })?;
        let known = [&PlanFigures::NAMES[..], &Stop::NAMES[..]].concat();
        let run = &self.plans[moment.run];
        let plan = run.lanes.iter().find(|lane| lane.mode_name() == moment.lane);
        Ok(Stop {
            caption: self.text(&caption, &known)?,
            notes: self.optional_text(notes.as_ref())?,
            ask: self.optional_text(ask.as_ref())?,
            plan: plan.map(|lane| PlanFigures::of_lane(run, lane)).unwrap_or_default(),
            moment,
        })
    }

    pub(super) fn moment(&self, written: &WrittenMoment) -> Result<RunMoment, TomlError> {
        let (run, lane) = self.lane(&written.run, &written.lane)?;
        let kind = self.one_of("at", &written.at, &MomentKind::ALL)?;
        let time = |key: &str, time: &Spanned<String>| {
            let parsed = parse_time(time.get_ref());
            parsed.map_err(|error| self.file.error_at(time.span().start, format!("{key}: {error}")))
        };
        let shift = match (&written.after, &written.before) {
            (Some(_), Some(before)) => {
                return Err(self.file.error_at(before.span().start, "before cannot be used with after"));
            }
            (Some(after), None) => time("after", after)? as i64,
            (None, Some(before)) => -(time("before", before)? as i64),
            (None, None) => 0,
        };
        Ok(RunMoment { run, lane, kind, shift })
    }
}
