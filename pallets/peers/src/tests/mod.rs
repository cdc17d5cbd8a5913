//! What must hold.

mod add;
mod authorise;
mod genesis;
mod remove;
mod replace;
mod retire;
mod try_state;

use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, mock::*};
