//! The number of seeds that an adversary may choose from, as a fraction.
