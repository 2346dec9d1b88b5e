//! Tmp.
#[path = "it/cluster.rs"]
mod cluster;
#[path = "it/finality.rs"]
mod finality;
#[path = "it/restart.rs"]
mod restart;
#[path = "it/hostile.rs"]
mod hostile;
