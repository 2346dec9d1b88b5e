//! Partitions that heal step by step.

use super::Builder;

impl Builder {
    /// A partition into `groups` from `begins` on. At each of the times in `joins`, which ascend, the last two parts
    /// become one; after the last of them the network is whole, or as whole as the times suffice for: then the rest
    /// stays apart for good. Four groups and three times go from four parts to three, to two, to one.
    pub fn heal_stepwise(mut self, begins: u64, groups: &[&[usize]], joins: &[u64]) -> Self {
        let mut parts: Vec<Vec<usize>> = groups.iter().map(|group| group.to_vec()).collect();
        let mut begins = begins;
        for ends in joins.iter().copied().chain([u64::MAX]) {
            if parts.len() < 2 {
                break;
            }
            let shape: Vec<&[usize]> = parts.iter().map(Vec::as_slice).collect();
            self = self.partition(begins, ends, &shape);
            let last = parts.pop().unwrap_or_default();
            if let Some(part) = parts.last_mut() {
                part.extend(last);
            }
            begins = ends;
        }
        self
    }
}
