//! A protocol under another name: gossipsub knows one set of protocols, and a connection carries three of them.

use libp2p::Stream;
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};

/// A protocol whose names all begin with a prefix.
#[derive(Debug, Clone)]
pub(crate) struct Named<U> {
    pub(crate) inner: U,
    pub(crate) prefix: &'static str,
}

/// The name on the wire, and what the protocol itself calls it.
#[derive(Debug, Clone)]
pub(crate) struct Name<I> {
    text: String,
    inner: I,
}

impl<I> AsRef<str> for Name<I> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<U: UpgradeInfo> UpgradeInfo for Named<U> {
    type Info = Name<U::Info>;
    type InfoIter = Vec<Self::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        let names = self.inner.protocol_info().into_iter();
        names
            .map(|inner| Name {
                text: format!("{}{}", self.prefix, inner.as_ref()),
                inner,
            })
            .collect()
    }
}

impl<U: InboundUpgrade<Stream>> InboundUpgrade<Stream> for Named<U> {
    type Output = U::Output;
    type Error = U::Error;
    type Future = U::Future;

    fn upgrade_inbound(self, socket: Stream, name: Self::Info) -> Self::Future {
        self.inner.upgrade_inbound(socket, name.inner)
    }
}

impl<U: OutboundUpgrade<Stream>> OutboundUpgrade<Stream> for Named<U> {
    type Output = U::Output;
    type Error = U::Error;
    type Future = U::Future;

    fn upgrade_outbound(self, socket: Stream, name: Self::Info) -> Self::Future {
        self.inner.upgrade_outbound(socket, name.inner)
    }
}
