//! The mean-field solver against SciPy, its own definition, and what can be said in closed form.

use pyrarium_memory::hebbian::{MeanField, phase_diagram};
use serde_json::Value;

/// Of the error function; SciPy's values at `1/sqrt(2 rho)`.
const ERF: [(f64, f64); 3] = [(1.2, 0.638_689_571_5), (0.48, 0.851_085_326_8), (0.12, 0.996_107_582_9)];

fn theory(patterns: usize, dilution: f64, rho: f64, temperature: f64) -> MeanField {
    let beta = if temperature == 0.0 { None } else { Some(1.0 / temperature) };
    MeanField { patterns, dilution, rho, beta }
}

fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    let near = actual.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance);
    assert!(actual.len() == expected.len() && near, "{what}: {actual:?} instead of {expected:?}");
}

#[test]
fn solutions_are_those_of_scipy() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../fixtures/mean_field.json")).unwrap();
    for case in cases {
        let number = |key: &str| case[key].as_f64().unwrap();
        let list = |key: &str| -> Vec<f64> {
            case[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
        };
        let patterns = case["patterns"].as_u64().unwrap() as usize;
        let theory = theory(patterns, number("dilution"), number("rho"), number("temperature"));
        let solution = theory.solve(&list("start")).unwrap();
        let what = format!("{theory:?}");
        assert_close(&solution.m, &list("m"), 1e-9, &what);
        assert_close(&solution.p, &list("p"), 1e-9, &what);
        assert_close(&[solution.free_energy], &[number("free_energy")], 1e-9, &what);
        assert!(solution.residual < 1e-12 && solution.m.iter().all(|&m| m <= 1.0 - number("dilution")));
    }
}

#[test]
fn one_gaussian_replaces_the_noise_of_each_pattern() {
    let p = [0.4, -0.25];
    for (rho, temperature) in [(0.0, 0.3), (0.3, 0.8), (1.0, 0.8)] {
        let theory = theory(2, 0.35, rho, temperature);
        let ((m, next), (naive_m, naive_next)) = (theory.averages(&p), theory.naive_averages(&p, 40));
        assert_close(&m, &naive_m, 1e-12, "m");
        assert_close(&next, &naive_next, 1e-12, "p");
    }
}

#[test]
fn without_noise_the_solution_is_that_of_plain_enumeration() {
    for (patterns, dilution, temperature) in [(1, 0.2, 0.3), (3, 0.4, 0.05), (4, 0.85, 0.5)] {
        let theory = theory(patterns, dilution, 0.0, temperature);
        let solution = theory.solve(&theory.hierarchical()).unwrap();
        let (m, p) = theory.naive_averages(&solution.p, 1);
        assert_close(&m, &solution.m, 1e-12, "m");
        assert_close(&p, &solution.p, 1e-12, "a fixed point of the definition");
    }
}

#[test]
fn the_gradient_of_the_free_energy_vanishes_where_the_equations_hold() {
    const H: f64 = 1e-5;
    for (rho, temperature) in [(0.0, 0.4), (0.2, 0.4), (0.2, 0.0), (1.5, 0.1)] {
        let theory = theory(3, 0.3, rho, temperature);
        let p = [0.5, 0.21, -0.1];
        let (_, next) = theory.averages(&p);
        for (pattern, next) in next.into_iter().enumerate() {
            let at = |shift: f64| {
                let mut p = p;
                p[pattern] += shift;
                theory.free_energy(&p)
            };
            let difference = (at(H) - at(-H)) / (2.0 * H);
            let expected = (p[pattern] - next) / theory.c();
            assert!((difference - expected).abs() < 1e-8, "{theory:?} {pattern}: {difference} {expected}");
        }
    }
}

#[test]
fn the_critical_temperature_is_one_for_every_dilution_and_noise() {
    for dilution in [0.0, 0.3, 0.9] {
        for rho in [0.0, 0.4] {
            let largest = |temperature: f64| {
                let theory = theory(2, dilution, rho, temperature);
                theory.solve(&theory.symmetric()).unwrap().m[0] / (1.0 - dilution)
            };
            assert!(largest(1.02) < 1e-6, "{dilution} {rho}: {}", largest(1.02));
            assert!(largest(0.98) > 0.05, "{dilution} {rho}: {}", largest(0.98));
        }
    }
}

#[test]
fn one_pattern_at_temperature_zero_has_the_error_function() {
    for (rho, erf) in ERF {
        let solution = theory(1, 0.25, rho, 0.0).solve(&[0.75]).unwrap();
        assert_close(&solution.m, &[0.75 * erf], 1e-9, "m = (1-d) erf(1/sqrt(2 rho))");
        let cold = theory(1, 0.25, rho, 0.01).solve(&[0.75]).unwrap();
        assert_close(&cold.m, &solution.m, 1e-3, "the limit of low temperatures");
    }
}

#[test]
fn the_hierarchy_is_stable_as_long_as_the_powers_of_the_dilution_sum_to_less_than_one() {
    for (patterns, below, above) in [(2, 0.99, None), (3, 0.61, Some(0.63)), (5, 0.51, Some(0.53))] {
        for (dilution, stable) in [(Some(below), true), (above, false)] {
            let Some(dilution) = dilution else { continue };
            let sum: f64 = (1..patterns).map(|power| f64::powi(dilution, power as i32)).sum();
            assert_eq!(sum < 1.0, stable);
            let theory = theory(patterns, dilution, 0.0, 0.0);
            // Fields of later patterns together overturn the first one's just where the sum exceeds 1.
            let solution = theory.solve(&theory.hierarchical()).unwrap();
            let stays = (solution.m[0] - (1.0 - dilution)).abs() < 1e-9;
            assert_eq!(stays, stable, "K = {patterns}, d = {dilution}: {:?}", solution.m);
            if stable {
                assert_close(&solution.m, &theory.hierarchical(), 1e-9, "(1-d) d^mu");
            }
        }
    }
}

#[test]
fn beyond_the_hierarchy_the_state_is_an_ordered_majority() {
    for d in [0.7, 0.8, 0.95] {
        let q: f64 = 1.0 - d;
        let expected = [
            q * (d * d + 2.0 * d * q + q * q / 2.0),
            q * (d * d + d * q + q * q / 2.0),
            q * (d * d + q * q / 2.0),
        ];
        let theory = theory(3, d, 0.0, 0.0);
        let solution = theory.solve(&theory.hierarchical()).unwrap();
        assert_close(&solution.m, &expected, 1e-9, "K = 3");
    }
}

#[test]
fn just_below_the_critical_temperature_patterns_are_parallel_beyond_two_thirds() {
    for (dilution, parallel) in [(0.60, false), (0.64, false), (0.69, true), (0.75, true)] {
        let theory = theory(3, dilution, 0.0, 0.98);
        let symmetric = theory.solve(&theory.symmetric()).unwrap();
        let pure = theory.solve(&[1.0 - dilution, 0.0, 0.0]).unwrap();
        assert_eq!(symmetric.free_energy < pure.free_energy, parallel, "d = {dilution}");
    }
}

#[test]
fn two_equal_overlaps_cost_more_than_a_hierarchy_at_temperature_zero() {
    for d in [0.1, 0.5, 0.9] {
        let theory = theory(2, d, 0.0, 0.0);
        let equal = (1.0 - d) * (1.0 + d) / 2.0;
        assert_close(&theory.averages(&[equal; 2]).0, &[equal; 2], 1e-12, "a solution");
        assert!(theory.free_energy(&[equal; 2]) > theory.free_energy(&theory.hierarchical()));
    }
}

#[test]
fn the_phase_diagram_has_its_three_regimes() {
    let points = phase_diagram(3, &[0.2, 0.4, 0.9], &[0.0, 0.5, 1.1]).unwrap();
    let at = |dilution: f64, temperature: f64| {
        let mut found = points.iter().filter(|p| (p.dilution, p.temperature) == (dilution, temperature));
        found.next().unwrap().solution.m.clone()
    };
    assert_close(&at(0.4, 0.0), &[0.6, 0.24, 0.096], 1e-9, "hierarchical");
    let [one, two, three] = at(0.9, 0.5)[..] else { panic!("three overlaps") };
    assert!(one > 0.05 && (one - two).abs() < 1e-9 && (one - three).abs() < 1e-9, "parallel");
    assert_close(&at(0.2, 0.5)[1..], &[0.0, 0.0], 1e-9, "pure");
    assert!(at(0.2, 1.1).iter().all(|m| m.abs() < 1e-9), "no order");
}

#[test]
fn values_out_of_range_are_refused_by_field() {
    let refused = |theory: MeanField| theory.solve(&[0.5]).unwrap_err().to_string();
    let good = theory(1, 0.5, 0.0, 0.5);
    assert_eq!(refused(MeanField { patterns: 0, ..good }), "patterns = 0: must be between 1 and 12");
    assert_eq!(refused(MeanField { patterns: 13, ..good }), "patterns = 13: must be between 1 and 12");
    assert_eq!(
        refused(MeanField { dilution: 1.0, ..good }),
        "dilution = 1: must be 0 or more and less than 1"
    );
    assert_eq!(refused(MeanField { rho: -0.1, ..good }), "rho = -0.1: must be 0 or more");
    assert!(refused(MeanField { beta: Some(0.0), ..good }).starts_with("beta = 0: must be greater than 0"));
    assert_eq!(
        refused(MeanField { patterns: 2, ..good }),
        "start = 1: must be 2 overlaps, one for each pattern"
    );
}
