//! Adapts runs to the restrictions of the machine.

use super::RunSpec;
use crate::event::CorePolicy;
use crate::event::text::SafeText;
use crate::probe::machine::Restrictions;
use crate::report::phrases;

impl RunSpec {
    /// Returns the run that is possible on these cores, with notes on what is restricted.
    #[must_use]
    pub fn with_restrictions(&self, restrictions: &Restrictions, cores: &[u32]) -> Self {
        let Restrictions { isolated, affinity_error, is_proc_foreign } = restrictions;
        let mut spec = self.clone();
        let mut add_note = |note: String| spec.notes.push(SafeText::from(note));
        if let Some(error) = affinity_error {
            add_note(phrases::affinity_refused(error));
        }
        if *is_proc_foreign {
            add_note(phrases::proc_of_other_namespace().into());
        }
        if !isolated.is_empty() {
            let is_used = cores.iter().any(|core| isolated.contains(core));
            let phrase = if is_used { phrases::only_isolated_cores } else { phrases::isolated_cores_left_out };
            add_note(phrase(isolated));
        }
        // Without pinning, a lane has no cores of its own.
        if affinity_error.is_some() && spec.cores == CorePolicy::Split {
            spec.cores = CorePolicy::Shared;
        }
        spec
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;
    use crate::event::Mode;

    fn restricted(cores: CorePolicy, restrictions: &Restrictions) -> (CorePolicy, Vec<String>) {
        let spec = RunSpec { cores, ..RunSpec::of_modes(&[Mode::Pool, Mode::Process]) };
        let spec = spec.with_restrictions(restrictions, &[0, 1]);
        (spec.cores, spec.notes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_unrestricted_run_is_unchanged() {
        assert_eq!(restricted(CorePolicy::Split, &Restrictions::default()), (CorePolicy::Split, Vec::new()));
    }

    #[test]
    fn lanes_that_cannot_be_pinned_share_all_cores() {
        let refused = Restrictions { affinity_error: Some(Errno::EPERM), ..Restrictions::default() };
        let (policy, notes) = restricted(CorePolicy::Split, &refused);
        assert_eq!(policy, CorePolicy::Shared);
        assert!(notes[0].contains("sched_setaffinity failed: EPERM: Operation not permitted"), "{notes:?}");
        assert_eq!(restricted(CorePolicy::Turns, &refused).0, CorePolicy::Turns);
    }

    #[test]
    fn isolated_cores_and_a_foreign_proc_are_noted() {
        let with_isolated = |isolated: &[u32]| {
            let restrictions = Restrictions { isolated: isolated.into(), ..Restrictions::default() };
            restricted(CorePolicy::Split, &restrictions).1
        };
        assert_eq!(with_isolated(&[2, 3]), ["cores 2, 3 are isolated and left out"]);
        assert!(with_isolated(&[0, 1])[0].starts_with("cores 0, 1 are isolated: the kernel leaves"));
        let foreign = Restrictions { is_proc_foreign: true, ..Restrictions::default() };
        assert_eq!(restricted(CorePolicy::Split, &foreign).1, [phrases::proc_of_other_namespace()]);
    }
}
