//! What must always hold, and what must happen somewhere so that the search is not about nothing.

use klero_agreement::committee::Step;
use stateright::{Model, Property};

use crate::node::Key;
use crate::role::{PERIODS, Slot};
use crate::state::{Members, State};

/// A node of the state, by its place, and what it may do, by the action's place.
pub(crate) type Choice = (u8, u8);

impl Model for Members {
    type State = State;
    type Action = Choice;

    fn init_states(&self) -> Vec<State> {
        vec![self.start()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Choice>) {
        for node in 0..state.nodes.len() {
            // Nodes at one key do the same.
            if node > 0 && state.nodes[node] == state.nodes[node - 1] {
                continue;
            }
            let key = self.moves.keys[usize::from(state.nodes[node])];
            for (place, moved) in self.moves.rows[usize::from(state.nodes[node])].iter().enumerate() {
                if moved.is_some() && self.is_possible(state.network, key, self.actions[place]) {
                    actions.push((u8::try_from(node).unwrap(), u8::try_from(place).unwrap()));
                }
            }
        }
    }

    fn next_state(&self, state: &State, (node, action): Choice) -> Option<State> {
        self.step(state, usize::from(node), usize::from(action))
    }

    fn format_action(&self, (node, action): &Choice) -> String {
        format!("node {node}: {:?}", self.actions[usize::from(*action)])
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("[BA-8] no two blocks are decided", one_decision),
            Property::always("[BA-13] nobody raises the alarm", no_alarm),
            Property::always("[BA-6] one block is staged in a period", one_staged),
            Property::always(
                "[BA-5] after a Cert quorum nothing else has a Next quorum",
                cert_stays,
            ),
            Property::always(
                "[BA-3] after a Cert quorum nothing else is staged later",
                cert_is_carried,
            ),
            Property::sometimes("decided in period 0", |members, state| members.decides(state, 0)),
            Property::sometimes("decided in period 1 alone", |members, state| {
                members.decides(state, 1) && !members.decides(state, 0)
            }),
            Property::sometimes("Cert quorums of one block in both periods", |members, state| {
                members.decides(state, 0) && members.decides(state, 1)
            }),
            Property::sometimes("a block is carried over", |members, state| {
                members.any_previous(state, |value, bottom| value && !bottom)
            }),
            Property::sometimes("a block and bottom of one period", |members, state| {
                members.any_previous(state, |value, bottom| value && bottom)
            }),
            Property::sometimes(
                "a Next(1) quorum where Next(0) has none",
                |members: &Self, state: &State| {
                    let quorum = |k| members.has_quorum(state.network, Slot::new(1, Step::Next(k), None));
                    quorum(1) && !quorum(0)
                },
            ),
            Property::sometimes(
                "all nodes leave the last period",
                |members: &Self, state: &State| {
                    state.nodes.iter().all(|place| members.key(*place) == Key::Gone)
                },
            ),
        ]
    }
}

impl Members {
    pub(crate) fn key(&self, place: u16) -> Key {
        self.moves.keys[usize::from(place)]
    }

    fn quorum(&self, state: &State, period: u32, step: Step, number: Option<u8>) -> bool {
        self.has_quorum(state.network, Slot::new(period, step, number))
    }

    /// Whether this block has a Cert quorum: whichever node is handed it decides ([`crate::node`]).
    fn certified(&self, state: &State, period: u32, number: u8) -> bool {
        self.quorum(state, period, Step::Cert, Some(number))
    }

    fn decides(&self, state: &State, period: u32) -> bool {
        [0, 1].iter().any(|number| self.certified(state, period, *number))
    }

    fn any_previous(&self, state: &State, wanted: impl Fn(bool, bool) -> bool) -> bool {
        let meets = |place: &u16| match self.key(*place) {
            Key::At(at) => wanted(at.previous.0.is_some(), at.previous.1),
            _ => false,
        };
        state.nodes.iter().any(meets)
    }
}

fn one_decision(members: &Members, state: &State) -> bool {
    let decided = |number| (0..PERIODS).any(|period| members.certified(state, period, number));
    !(decided(0) && decided(1))
}

fn no_alarm(members: &Members, state: &State) -> bool {
    state
        .nodes
        .iter()
        .all(|place| members.key(*place) != Key::Alarmed)
}

fn one_staged(members: &Members, state: &State) -> bool {
    let both = |period| [0, 1].map(|number| members.quorum(state, period, Step::Soft, Some(number)));
    (0..PERIODS).all(|period| both(period) != [true, true])
}

/// What carries safety from a period to the next, and so beyond the last of the model.
fn cert_stays(members: &Members, state: &State) -> bool {
    let others = |number: u8| [None, Some(1 - number)];
    let fails = |period: u32, number: u8| {
        members.certified(state, period, number)
            && [0, 1].iter().any(|k| {
                others(number).map(|other| members.quorum(state, period, Step::Next(*k), other)) != [false; 2]
            })
    };
    (0..PERIODS).all(|period| [0, 1].iter().all(|number| !fails(period, *number)))
}

fn cert_is_carried(members: &Members, state: &State) -> bool {
    let fails = |number: u8| {
        members.certified(state, 0, number) && members.quorum(state, 1, Step::Soft, Some(1 - number))
    };
    !fails(0) && !fails(1)
}
