//! The figures of each claim, and which of its parts hold.
//!
//! Those of Python are read from the output of the programs in `assets/claims`. Times are in s unless named otherwise.

mod memory;
mod results;
mod times;

use serde::Serialize;

use super::{Claim, ClaimVerdict};

pub use memory::{PoolMemoryFigures, ProcessMemoryFigures, ShareFigures};
pub use results::{
    CollectFigures, ExceptionFigures, FifoFigures, KillFigures, KillOutcome, MapFigures, OrderFigures,
    WorkerLossFigures,
};
pub use times::{
    ChoiceFigures, GilFigures, IoFigures, SchedulingFigures, SecondsFigures, StartFigures, ThreadGain, TimeShares,
    VisibleFigures,
};

/// The figures of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figures {
    Fifo(FifoFigures),
    PoolMemory(PoolMemoryFigures),
    ProcessMemory(ProcessMemoryFigures),
    Io(IoFigures),
    Scheduling(SchedulingFigures),
    Gil(GilFigures),
    Choice(ChoiceFigures),
    Map(MapFigures),
    Start(StartFigures),
    Share(ShareFigures),
    Kill(KillFigures),
    Visible(VisibleFigures),
    Collect(CollectFigures),
    Seconds(SecondsFigures),
}

impl Figures {
    /// Whether each part of the claim holds.
    #[must_use]
    pub fn parts(&self) -> Vec<bool> {
        match self {
            Self::Fifo(figures) => figures.parts().to_vec(),
            Self::PoolMemory(figures) => figures.parts().to_vec(),
            Self::ProcessMemory(figures) => figures.parts().to_vec(),
            Self::Io(figures) => figures.parts().to_vec(),
            Self::Scheduling(figures) => figures.parts().to_vec(),
            Self::Gil(figures) => figures.parts().to_vec(),
            Self::Choice(figures) => figures.parts().to_vec(),
            Self::Map(figures) => figures.parts().to_vec(),
            Self::Start(figures) => figures.parts().to_vec(),
            Self::Share(figures) => figures.parts().to_vec(),
            Self::Kill(figures) => figures.parts().to_vec(),
            Self::Visible(figures) => figures.parts().to_vec(),
            Self::Collect(figures) => figures.parts().to_vec(),
            Self::Seconds(figures) => figures.parts().to_vec(),
        }
    }

    /// So if all parts hold, not so if none does.
    #[must_use]
    pub fn verdict(&self) -> ClaimVerdict {
        let parts = self.parts();
        match parts.iter().filter(|holds| **holds).count() {
            0 => ClaimVerdict::NotSo,
            n if n == parts.len() => ClaimVerdict::So,
            _ => ClaimVerdict::HalfSo,
        }
    }

    /// The claim that they are about.
    #[must_use]
    pub const fn claim(&self) -> Claim {
        match self {
            Self::Fifo(_) => Claim::Fifo,
            Self::PoolMemory(_) => Claim::PoolMemory,
            Self::ProcessMemory(_) => Claim::ProcessMemory,
            Self::Io(_) => Claim::Io,
            Self::Scheduling(_) => Claim::Scheduling,
            Self::Gil(_) => Claim::Gil,
            Self::Choice(_) => Claim::Choice,
            Self::Map(_) => Claim::Map,
            Self::Start(_) => Claim::Start,
            Self::Share(_) => Claim::Share,
            Self::Kill(_) => Claim::Kill,
            Self::Visible(_) => Claim::Visible,
            Self::Collect(_) => Claim::Collect,
            Self::Seconds(_) => Claim::Seconds,
        }
    }
}
