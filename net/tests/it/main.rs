//! Networks of real nodes on the loopback interface, one behaviour a file.

mod asker;
mod chain;
mod crash;
mod discovery;
mod early;
mod garbage;
mod gossip;
mod half_open;
mod handle;
mod handshake;
mod limits;
mod mesh;
mod misconduct;
mod node;
mod once;
mod overload;
mod oversize;
mod prompt;
mod rare_speakers;
mod redial;
mod refusals;
mod relay;
mod snapshots;
mod star;
mod stranger;
mod sync;
