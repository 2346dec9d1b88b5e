//! Tests of the agreement: each rule by its tag on one machine, then many machines in the simulator.

mod ba_10_pace;
mod ba_10_relay;
mod ba_11_resend;
mod ba_12_times;
mod ba_13_alarm;
mod ba_1_start;
mod ba_2_propose;
mod ba_3_soft;
mod ba_4_cert;
mod ba_5_next;
mod ba_6_soft_quorum;
mod ba_7_next_quorum;
mod ba_8_cert_quorum;
mod ba_9_restart;
mod com_4_counting;
mod heal_after_long_cuts;
mod sim_crash;
mod sim_determinism;
mod sim_equivocation;
mod sim_hashed;
mod sim_loss;
mod sim_oracle_is_awake;
mod sim_partition;
mod sim_quiet;
mod sim_silence;
mod world;
