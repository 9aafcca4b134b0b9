//! Numbers of lanes, tasks, workers, calls and slots.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// Returns the number as an index.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A lane of a run, from 0.
    LaneId(u16)
);
id!(
    /// A task of the workload, numbered in order of submission; the same in every lane.
    TaskId(u32)
);
id!(
    /// One worker. A replacement has a new id in the same slot.
    WorkerId(u32)
);
id!(
    /// A call of a watched program that hands tasks to a lane, numbered by lane.
    CallId(u32)
);
id!(
    /// A worker's place in a lane. If a worker is replaced, the new one has the same slot.
    SlotId(u32)
);
