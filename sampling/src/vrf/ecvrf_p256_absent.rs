//! What stands in for `ecvrf-p256` in a build without it: types without a value, so that a key of the suite
//! cannot exist.

use std::convert::Infallible;

use super::{VrfError, VrfInput, VrfOutput};

#[derive(Clone)]
pub(super) struct Secret(Infallible);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Public(Infallible);

impl Secret {
    pub(super) fn from_seed(_: &[u8; 32]) -> Result<Self, VrfError> {
        Err(VrfError::NotBuilt)
    }

    pub(super) fn public(&self) -> Public {
        match self.0 {}
    }

    pub(super) fn evaluate(&self, _: &VrfInput) -> Result<VrfOutput, VrfError> {
        match self.0 {}
    }

    pub(super) fn prove(&self, _: &VrfInput) -> Result<[u8; 81], VrfError> {
        match self.0 {}
    }
}

impl Public {
    pub(super) fn from_bytes(_: &[u8; 33]) -> Result<Self, VrfError> {
        Err(VrfError::NotBuilt)
    }

    pub(super) fn to_bytes(self) -> [u8; 33] {
        match self.0 {}
    }

    pub(super) fn verify(&self, _: &VrfInput, _: &[u8; 81]) -> Option<VrfOutput> {
        match self.0 {}
    }
}
