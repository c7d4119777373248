//! What must not be associated: padding of the stored patterns, and pairs of a state and a stored pattern.

use burn::tensor::{Bool, Tensor};

/// Pairs of a state and a stored pattern that are forbidden, or whose score is changed.
#[derive(Debug, Clone)]
pub enum AssociationMask {
    /// `[L, S]`, true where an association is forbidden.
    Forbid(Tensor<2, Bool>),
    /// `[B * H, L, S]`, true where an association is forbidden.
    ForbidByHead(Tensor<3, Bool>),
    /// `[L, S]`, added to the scores.
    Add(Tensor<2>),
    /// `[B * H, L, S]`, added to the scores.
    AddByHead(Tensor<3>),
}

impl AssociationMask {
    fn dims(&self) -> Vec<usize> {
        match self {
            Self::Forbid(mask) => mask.dims().to_vec(),
            Self::ForbidByHead(mask) => mask.dims().to_vec(),
            Self::Add(mask) => mask.dims().to_vec(),
            Self::AddByHead(mask) => mask.dims().to_vec(),
        }
    }

    fn is_by_head(&self) -> bool {
        matches!(self, Self::ForbidByHead(_) | Self::AddByHead(_))
    }
}

/// Masks of one association.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    /// `[B, S]`, true for stored patterns to ignore.
    pub padding: Option<Tensor<2, Bool>>,
    /// Forbidden pairs.
    pub association: Option<AssociationMask>,
}

/// Why masks do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskError {
    /// A mask of another shape than the association.
    #[error("the {mask} mask has shape {found:?}, but must have {expected:?}")]
    Shape {
        /// "padding" or "association".
        mask: &'static str,
        /// The shape of the mask.
        found: Vec<usize>,
        /// The shape it must have.
        expected: Vec<usize>,
    },
    /// A state that may not be associated with anything.
    #[error("all stored patterns are masked for state {state} of head {head} in row {row} of the batch")]
    NothingLeft {
        /// Row of the batch.
        row: usize,
        /// Head.
        head: usize,
        /// State.
        state: usize,
    },
}

impl Masks {
    /// No mask.
    pub fn none() -> Self {
        Self::default()
    }

    /// Only padding: `[B, S]`, true for stored patterns to ignore.
    pub fn padding(mask: Tensor<2, Bool>) -> Self {
        Self { padding: Some(mask), association: None }
    }

    /// Only forbidden pairs.
    pub fn association(mask: AssociationMask) -> Self {
        Self { padding: None, association: Some(mask) }
    }

    /// Checks the masks for an association `[B, H, L, S]`; reads them from the device. The layers themselves check shapes
    /// alone: a state for which nothing is left becomes NaN there.
    ///
    /// # Errors
    ///
    /// A wrong shape, or the first state for which nothing is left.
    pub fn validate(&self, dims: [usize; 4]) -> Result<(), MaskError> {
        self.check_shapes(dims)?;
        let device = match (&self.padding, &self.association) {
            (Some(mask), _) => mask.device(),
            (None, Some(AssociationMask::Forbid(mask))) => mask.device(),
            (None, Some(AssociationMask::ForbidByHead(mask))) => mask.device(),
            (None, Some(AssociationMask::Add(mask))) => mask.device(),
            (None, Some(AssociationMask::AddByHead(mask))) => mask.device(),
            (None, None) => return Ok(()),
        };
        let best = self.apply(Tensor::zeros(dims, &device)).max_dim(3).into_data();
        let [_, heads, states, _] = dims;
        match best.iter::<f32>().position(|best| best == f32::NEG_INFINITY) {
            Some(at) => Err(MaskError::NothingLeft {
                row: at / (heads * states),
                head: at / states % heads,
                state: at % states,
            }),
            None => Ok(()),
        }
    }

    pub(super) fn check_shapes(&self, [batch, heads, states, stored]: [usize; 4]) -> Result<(), MaskError> {
        let check = |mask: &'static str, found: Vec<usize>, expected: Vec<usize>| match found == expected {
            true => Ok(()),
            false => Err(MaskError::Shape { mask, found, expected }),
        };
        if let Some(padding) = &self.padding {
            check("padding", padding.dims().to_vec(), vec![batch, stored])?;
        }
        match &self.association {
            Some(mask) if mask.is_by_head() => {
                check("association", mask.dims(), vec![batch * heads, states, stored])
            }
            Some(mask) => check("association", mask.dims(), vec![states, stored]),
            None => Ok(()),
        }
    }

    /// Masks scores `[B, H, L, S]` whose shape has been checked.
    pub(super) fn apply(&self, scores: Tensor<4>) -> Tensor<4> {
        let dims = scores.dims();
        let scores = match &self.padding {
            Some(padding) => {
                let padding = padding.clone().reshape([dims[0], 1, 1, dims[3]]);
                scores.mask_fill(padding.expand(dims), f32::NEG_INFINITY)
            }
            None => scores,
        };
        match &self.association {
            Some(AssociationMask::Forbid(mask)) => {
                scores.mask_fill(mask.clone().unsqueeze::<4>().expand(dims), f32::NEG_INFINITY)
            }
            Some(AssociationMask::ForbidByHead(mask)) => {
                scores.mask_fill(mask.clone().reshape(dims), f32::NEG_INFINITY)
            }
            Some(AssociationMask::Add(mask)) => scores + mask.clone().unsqueeze::<4>(),
            Some(AssociationMask::AddByHead(mask)) => scores + mask.clone().reshape(dims),
            None => scores,
        }
    }

    /// The same with one more stored pattern that is never masked.
    pub(super) fn with_one_more(&self) -> Self {
        let allowed = |mask: &Tensor<2, Bool>| {
            let free = Tensor::<2, Bool>::full([mask.dims()[0], 1], false, &mask.device());
            Tensor::cat(vec![mask.clone(), free], 1)
        };
        let association = self.association.as_ref().map(|mask| match mask {
            AssociationMask::Forbid(mask) => AssociationMask::Forbid(allowed(mask)),
            AssociationMask::ForbidByHead(mask) => {
                let [rows, states, _] = mask.dims();
                let free = Tensor::<3, Bool>::full([rows, states, 1], false, &mask.device());
                AssociationMask::ForbidByHead(Tensor::cat(vec![mask.clone(), free], 2))
            }
            AssociationMask::Add(mask) => {
                let free = Tensor::zeros([mask.dims()[0], 1], &mask.device());
                AssociationMask::Add(Tensor::cat(vec![mask.clone(), free], 1))
            }
            AssociationMask::AddByHead(mask) => {
                let [rows, states, _] = mask.dims();
                let free = Tensor::zeros([rows, states, 1], &mask.device());
                AssociationMask::AddByHead(Tensor::cat(vec![mask.clone(), free], 2))
            }
        });
        Self { padding: self.padding.as_ref().map(allowed), association }
    }
}
