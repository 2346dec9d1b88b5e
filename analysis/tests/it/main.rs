//! Bounds against oracles that are computed in exact rationals or with 1024 bits, and never by the crate itself.

mod binomial;
mod bound;
mod command;
mod committee_any;
mod committee_cost;
mod committee_known;
mod committee_lots;
mod committee_network;
mod committee_oracle;
mod committee_quota;
mod compare_command;
mod failure_command;
mod forks;
mod fraction;
mod honest_seats;
mod offline;
mod oracle;
mod poisson;
mod poisson_risk;
mod published;
mod quota;
mod risk_1_measured;
mod simulate;
mod stake_command;
mod stake_files;
mod stake_measures;
