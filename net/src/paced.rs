//! A lane of one connection, read no faster than its pace.
//!
//! A peer can send faster than a node can judge. What is read waits in this node's memory and takes its time; what
//! is not read waits with the peer. So each lane of each connection has a budget in bytes of memory, which time
//! fills up: when a frame has overdrawn it, the lane rests until it is even again. Nothing is lost by that.
//! Meanwhile the lane sends nothing to that peer either; honest peers stay far below the pace.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound, ListenUpgradeError,
};
use libp2p::swarm::{ConnectionHandler, ConnectionHandlerEvent, NetworkBehaviour, SubstreamProtocol};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::cost::bytes_of;
use crate::gossip::Gossipsub;
use crate::lane::Lane;
use crate::named::Named;

type Inner = <Gossipsub as NetworkBehaviour>::ConnectionHandler;
type Inbound = Named<<Inner as ConnectionHandler>::InboundProtocol>;
type Outbound = Named<<Inner as ConnectionHandler>::OutboundProtocol>;
type Event<'a> = ConnectionEvent<'a, Inbound, Outbound>;
type InnerEvent<'a> = ConnectionEvent<
    'a,
    <Inner as ConnectionHandler>::InboundProtocol,
    <Inner as ConnectionHandler>::OutboundProtocol,
>;
type Done = ConnectionHandlerEvent<Outbound, (), <Inner as ConnectionHandler>::ToBehaviour>;

/// The handler of gossipsub, under the names of its lane and at its pace.
pub(crate) struct Paced {
    inner: Inner,
    lane: Lane,
    budget: Budget,
    rest: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(crate) fn new(inner: Inner, lane: Lane) -> Self {
        Self {
            inner,
            lane,
            budget: Budget::new(lane.rate(), lane.burst(), Instant::now()),
            rest: None,
        }
    }

    fn name<U>(&self, inner: U) -> Named<U> {
        let prefix = self.lane.prefix();
        Named { inner, prefix }
    }
}

impl ConnectionHandler for Paced {
    type FromBehaviour = <Inner as ConnectionHandler>::FromBehaviour;
    type ToBehaviour = <Inner as ConnectionHandler>::ToBehaviour;
    type InboundProtocol = Inbound;
    type OutboundProtocol = Outbound;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        self.inner.listen_protocol().map_upgrade(|inner| self.name(inner))
    }

    fn connection_keep_alive(&self) -> bool {
        self.inner.connection_keep_alive()
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Done> {
        if let Some(rest) = &mut self.rest {
            if rest.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.rest = None;
        }
        let Poll::Ready(event) = self.inner.poll(cx) else {
            return Poll::Pending;
        };
        if let ConnectionHandlerEvent::NotifyBehaviour(received) = &event {
            let even = self.budget.charge(bytes_of(received), Instant::now());
            self.rest = even.map(|even| Box::pin(sleep_until(even)));
        }
        Poll::Ready(event.map_protocol(|inner| self.name(inner)))
    }

    fn on_behaviour_event(&mut self, event: Self::FromBehaviour) {
        self.inner.on_behaviour_event(event);
    }

    fn on_connection_event(&mut self, event: Event<'_>) {
        if let Some(event) = unnamed(event) {
            self.inner.on_connection_event(event);
        }
    }
}

/// The same event as gossipsub knows it; none for a kind that it cannot know.
fn unnamed(event: Event<'_>) -> Option<InnerEvent<'_>> {
    Some(match event {
        ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info }) => {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info })
        }
        ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info }) => {
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info })
        }
        ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) => {
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error })
        }
        ConnectionEvent::ListenUpgradeError(ListenUpgradeError { info, error }) => {
            ConnectionEvent::ListenUpgradeError(ListenUpgradeError { info, error })
        }
        ConnectionEvent::AddressChange(change) => ConnectionEvent::AddressChange(change),
        ConnectionEvent::LocalProtocolsChange(change) => ConnectionEvent::LocalProtocolsChange(change),
        ConnectionEvent::RemoteProtocolsChange(change) => ConnectionEvent::RemoteProtocolsChange(change),
        _ => return None,
    })
}

/// Bytes that may be taken, filled up by time.
#[derive(Debug)]
struct Budget {
    rate: usize,
    burst: usize,
    /// When it is full again: as much as time fills up until then is missing.
    full: Instant,
}

impl Budget {
    const fn new(rate: usize, burst: usize, now: Instant) -> Self {
        Self {
            rate,
            burst,
            full: now,
        }
    }

    /// Takes bytes, more than there are if need be; until when to rest then.
    fn charge(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        self.full = self.full.max(now) + self.time(bytes);
        let even = self.full.checked_sub(self.time(self.burst))?;
        (even > now).then_some(even)
    }

    /// How long it takes to fill up so many bytes.
    fn time(&self, bytes: usize) -> Duration {
        let micros = (bytes as u64).saturating_mul(1_000_000) / (self.rate as u64).max(1);
        Duration::from_micros(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_is_free_and_then_time_fills_it_up() {
        let start = Instant::now() + 100 * SECOND;
        let mut budget = Budget::new(1000, 5000, start);
        assert_eq!(budget.charge(5000, start), None);
        assert_eq!(budget.charge(1000, start), Some(start + SECOND));
        assert_eq!(budget.charge(500, start + SECOND), Some(start + SECOND * 3 / 2));
        let later = start + 50 * SECOND;
        assert_eq!(budget.charge(5000, later), None, "full again, and no fuller");
        assert_eq!(budget.charge(2000, later), Some(later + 2 * SECOND));
    }

    #[test]
    fn in_the_long_run_the_rate_is_kept() {
        let start = Instant::now() + 100 * SECOND;
        let mut budget = Budget::new(1000, 5000, start);
        let (mut now, mut taken) = (start, 0);
        while now < start + 100 * SECOND {
            taken += 300;
            now = budget.charge(300, now).unwrap_or(now);
        }
        assert!((105_000..=106_000).contains(&taken), "{taken}");
    }
}
