//! The network: couplings of low rank, in exact integers.
//!
//! Supervised: `J_ij = 1/(N c) sum_mu hat_i^mu hat_j^mu`. Unsupervised: `J_ij = 1/(N c r^2 M) sum_mu,a eta_i^mu,a eta_j^mu,a`. Both
//! are `scale * F F^T` with integer memories `F` (sums of examples, or examples), and `J_ii` is left out of the field. So fields and
//! energies are integers up to `scale`, and comparisons at temperature 0 are exact.

use super::State;

/// A Hebbian network of `N` neurons and `R` memories; see [`HebbianConfig`](super::HebbianConfig).
#[derive(Clone, Debug)]
pub struct MultitaskingHebbian {
    rank: usize,
    /// `[N, R]`
    memories: Vec<i32>,
    /// `sum_r F_ir^2` of each neuron: the self-coupling in units of the scale.
    self_couplings: Vec<i64>,
    scale: f64,
    beta: Option<f64>,
}

impl MultitaskingHebbian {
    /// Sizes are checked by the configuration: sums stay far below 2^63.
    pub(super) fn new(memories: Vec<i32>, rank: usize, scale: f64, beta: Option<f64>) -> Self {
        let square = |row: &[i32]| row.iter().map(|&memory| i64::from(memory).pow(2)).sum();
        let self_couplings = memories.chunks_exact(rank).map(square).collect();
        Self { rank, memories, self_couplings, scale, beta }
    }

    /// Number of neurons, `N`.
    pub fn neurons(&self) -> usize {
        self.self_couplings.len()
    }

    /// Number of memories, `R`.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The memories `F`: `[N, R]`, row by row.
    pub fn memories(&self) -> &[i32] {
        &self.memories
    }

    /// `sum_r F_ir^2` of each neuron.
    pub fn self_couplings(&self) -> &[i64] {
        &self.self_couplings
    }

    /// What `F F^T` is multiplied by to give the couplings.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Inverse temperature; `None` is temperature 0.
    pub fn beta(&self) -> Option<f64> {
        self.beta
    }

    /// The same network at another temperature.
    ///
    /// # Errors
    ///
    /// If `beta` is not greater than 0.
    pub fn with_beta(self, beta: Option<f64>) -> Result<Self, pyrarium_layers::ConfigError> {
        super::config::check_beta(beta)?;
        Ok(Self { beta, ..self })
    }

    /// The memories of one neuron.
    pub(super) fn row(&self, neuron: usize) -> &[i32] {
        &self.memories[neuron * self.rank..][..self.rank]
    }

    /// A state with the given spins, each 1 or -1; `N` of them.
    pub fn state(&self, spins: Vec<i8>) -> State {
        State::new(self, spins)
    }

    /// The coupling of two neurons, without the rule that a neuron does not act on itself: O(R).
    pub fn coupling(&self, one: usize, other: usize) -> f64 {
        let products = self.row(one).iter().zip(self.row(other));
        self.scale * products.map(|(&a, &b)| i64::from(a) * i64::from(b)).sum::<i64>() as f64
    }

    /// The couplings `J` as a dense matrix `[N, N]` with zero diagonal, row by row: for small networks.
    pub fn naive_couplings(&self) -> Vec<f64> {
        let neurons = self.neurons();
        let coupling = |index: usize| match (index / neurons, index % neurons) {
            (one, other) if one == other => 0.0,
            (one, other) => self.coupling(one, other),
        };
        (0..neurons * neurons).map(coupling).collect()
    }

    /// The local field `h_i = sum_(j != i) J_ij s_j`, from the running overlaps of the state: O(R).
    pub fn field(&self, state: &State, neuron: usize) -> f64 {
        self.scale * self.drive(state, neuron) as f64
    }

    /// The local field in units of the scale.
    pub(super) fn drive(&self, state: &State, neuron: usize) -> i64 {
        let row = self.row(neuron).iter().zip(state.memory_overlaps());
        // Wrapping only so that no check stands in the innermost loop: the sizes are bounded.
        let sum = row.fold(0_i64, |sum, (&memory, &overlap)| {
            sum.wrapping_add(i64::from(memory).wrapping_mul(overlap))
        });
        sum - self.self_couplings[neuron] * i64::from(state.spins()[neuron])
    }

    /// The Hamiltonian `H = -1/2 sum_ij J_ij s_i s_j`, self-couplings included as in the paper (they are a constant).
    pub fn energy(&self, state: &State) -> f64 {
        let squares = state.memory_overlaps().iter().map(|&overlap| (overlap as f64).powi(2));
        -0.5 * self.scale * squares.sum::<f64>()
    }

    /// The probability that a neuron with this drive becomes 1: `1 / (1 + exp(-2 beta h))`; a tie at temperature 0 is 1/2.
    pub(super) fn probability_up(&self, drive: i64) -> f64 {
        match self.beta {
            Some(beta) => 1.0 / (1.0 + (-2.0 * beta * self.scale * drive as f64).exp()),
            None => 0.5 * (1.0 + drive.signum() as f64),
        }
    }
}
