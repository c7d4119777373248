//! The phase diagram: which state wins at each dilution and temperature.

use pyrarium_layers::ConfigError;

use super::{MeanField, Solution};

/// The state of least free energy at one point of the diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct PhasePoint {
    /// Probability of a blank entry, `d`.
    pub dilution: f64,
    /// Temperature.
    pub temperature: f64,
    /// The state.
    pub solution: Solution,
}

/// The winning states of `patterns` patterns and perfect data, for each temperature at each dilution. Solutions are sought from
/// the hierarchical, the symmetric and the pure state; of those found, the one of least free energy wins.
///
/// # Errors
///
/// Those of [`MeanField::validate`]; temperature 0 is allowed.
pub fn phase_diagram(
    patterns: usize,
    dilutions: &[f64],
    temperatures: &[f64],
) -> Result<Vec<PhasePoint>, ConfigError> {
    let mut points = Vec::with_capacity(dilutions.len() * temperatures.len());
    for &dilution in dilutions {
        for &temperature in temperatures {
            let beta = if temperature == 0.0 { None } else { Some(1.0 / temperature) };
            let theory = MeanField { patterns, dilution, rho: 0.0, beta };
            points.push(PhasePoint { dilution, temperature, solution: theory.ground_state()? });
        }
    }
    Ok(points)
}

impl MeanField {
    /// The solution of least free energy of those reached from the hierarchical, the symmetric and the pure state.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn ground_state(&self) -> Result<Solution, ConfigError> {
        let mut pure = vec![0.0; self.patterns.max(1)];
        pure[0] = 1.0 - self.dilution;
        let mut best = self.solve(&self.hierarchical())?;
        for start in [self.symmetric(), pure] {
            let other = self.solve(&start)?;
            // Not for the last digits: the same state reached from elsewhere is no better.
            if other.free_energy < best.free_energy - 1e-12 {
                best = other;
            }
        }
        Ok(best)
    }
}
