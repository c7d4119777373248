//! One module a system: its training job and the experiment that tests its paper's claims.

pub mod deltanet;
pub mod din;
pub mod dtrn;
pub mod finalmlp;
pub mod hopfield;
pub mod multitasking_hebbian;
pub mod s_kan;
pub mod scaling_mlps;
pub mod tensor_brain;
pub mod tsmixer;
