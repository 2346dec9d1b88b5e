//! Networks of real nodes on the loopback interface, one behaviour a file.

mod chain;
mod crash;
mod early;
mod garbage;
mod gossip;
mod handle;
mod handshake;
mod lane;
mod limits;
mod mesh;
mod misconduct;
mod no_packing;
mod node;
mod once;
mod overload;
mod oversize;
mod prompt;
mod redial;
mod refusals;
mod relay;
mod slow_link;
mod snapshots;
mod star;
mod stranger;
mod sync;
