//! Looking into nodes from outside.

use klero_committee::Role;

use super::Simulation;
use super::place::Slot;

impl Simulation {
    /// The roles in which a node saw somebody speak twice, with the index of that member in the electorate; Propose
    /// stands for two proposals [COM-4] [BA-2].
    pub fn evidence(&self, node: usize) -> impl Iterator<Item = (Role, u32)> {
        let seen = self.evidence.iter().filter(move |(by, ..)| *by == node);
        seen.map(|(_, role, member)| (*role, *member))
    }

    /// The indices in the electorate of the validators whose keys a node holds.
    pub fn validators(&self, node: usize) -> Vec<u32> {
        let keys = self.places.get(node).map(|place| place.identity.keys.iter());
        keys.into_iter().flatten().map(|(index, _)| *index).collect()
    }

    /// How much a node remembers of the open round and the next: the length of its machine, certificates and bodies,
    /// written out. 0 while it is down. The duplicate cache is not in it; that of a real node forgets by time.
    pub fn remembered(&self, node: usize) -> usize {
        match self.places.get(node).map(|place| &place.slot) {
            Some(Slot::Up(node)) => {
                let known = (&node.machine, &node.kept, &node.bodies, &node.wanted);
                format!("{known:?}").len()
            }
            Some(Slot::Down(_)) | None => 0,
        }
    }
}
