//! Independent trainings side by side, where each is too small to keep two cores busy.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use crate::Error;

/// Trainings at a time.
const THREADS: usize = 2;

/// The results of all jobs, in their order. A job must not draw from a device's generator, which all threads share: initial
/// weights are drawn before.
///
/// # Errors
/// The error of the first job that fails, by order.
pub fn run_all<J, R>(jobs: Vec<J>, work: impl Fn(J) -> Result<R, Error> + Sync) -> Result<Vec<R>, Error>
where
    J: Send,
    R: Send,
{
    let count = jobs.len();
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let results = Mutex::new((0..count).map(|_| None).collect::<Vec<_>>());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((index, job)) = next else { return };
                    let result = work(job);
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let results = run_all((0..20).collect(), |job: u64| {
            thread::sleep(std::time::Duration::from_millis(20 - job));
            Ok(job * job)
        });
        assert_eq!(results.unwrap(), (0..20).map(|job| job * job).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_failure_is_the_result() {
        let failed = run_all(vec![1, 2, 3], |job| match job {
            1 => Ok(()),
            _ => Err(Error::Usage(format!("job {job}"))),
        });
        assert_eq!(failed.unwrap_err().to_string(), "job 2");
    }
}
