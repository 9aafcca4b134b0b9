//! stub
/// stub
#[derive(Default, Clone, Debug)]
pub struct Need {
    pub processes: u32,
    pub threads: u32,
    pub descriptors: u32,
    pub resident_bytes: u64,
    pub largest_payload: u64,
}
impl Need {
    pub fn both(self, o: Self) -> Self {
        Self {
            processes: self.processes + o.processes,
            threads: self.threads + o.threads,
            descriptors: self.descriptors + o.descriptors,
            resident_bytes: self.resident_bytes + o.resident_bytes,
            largest_payload: self.largest_payload.max(o.largest_payload),
        }
    }
    pub fn higher(self, o: Self) -> Self {
        Self {
            processes: self.processes.max(o.processes),
            threads: self.threads.max(o.threads),
            descriptors: self.descriptors.max(o.descriptors),
            resident_bytes: self.resident_bytes.max(o.resident_bytes),
            largest_payload: self.largest_payload.max(o.largest_payload),
        }
    }
}
