//! Bounds against oracles that are computed in exact rationals or with 1024 bits, and never by the crate itself.

mod binomial;
mod bound;
mod command;
mod forks;
mod fraction;
mod honest_seats;
mod huge;
mod hypergeometric;
mod offline;
mod oracle;
mod poisson;
mod poisson_risk;
mod published;
mod published_figures;
mod published_grid;
mod quota;
mod risk_1_measured;
mod simulate;
mod statrs;
mod sum;
mod trials;
