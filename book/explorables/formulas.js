// Printed by `python -m authoring formulas` from rpt_helpers: change the library, not this file.
// Each formula takes one object with the numbers that it names. A gradient has two components, in
// mu and in sigma; one sample of it is a polynomial in the noise, given by its coefficients.

export const path = ({epsilon, mu, sigma}) => epsilon*sigma + mu;

export const loss = ({n, s, xbar, y}) => n*(Math.pow(s, 2) + Math.pow(-xbar + y, 2));

export const density = ({mu, sigma, y}) => (1/2)*Math.sqrt(2)*Math.exp(-1/2*Math.pow(-mu + y, 2)/Math.pow(sigma, 2))/(Math.sqrt(Math.PI)*sigma);

export const expectedLoss = ({delta, n, s, sigma}) => n*(Math.pow(delta, 2) + Math.pow(s, 2) + Math.pow(sigma, 2));

export const gradient = ({delta, n, sigma}) => [2*delta*n, 2*n*sigma];

export const pathwise = ({delta, n, sigma}) => [[2*delta*n, 2*n*sigma], [0, 2*delta*n, 2*n*sigma]];

export const scoreFunction = ({delta, n, s, sigma}) => [[0, n*(Math.pow(delta, 2) + Math.pow(s, 2))/sigma, 2*delta*n, n*sigma], [-n*(Math.pow(delta, 2) + Math.pow(s, 2))/sigma, -2*delta*n, n*(Math.pow(delta, 2) + Math.pow(s, 2) - Math.pow(sigma, 2))/sigma, 2*delta*n, n*sigma]];

export const pathwiseVariance = ({delta, n, sigma}) => [4*Math.pow(n, 2)*Math.pow(sigma, 2), 4*Math.pow(n, 2)*(Math.pow(delta, 2) + 2*Math.pow(sigma, 2))];

export const scoreFunctionVariance = ({delta, n, s, sigma}) => [Math.pow(n, 2)*(Math.pow(delta, 4) + 2*Math.pow(delta, 2)*Math.pow(s, 2) + 14*Math.pow(delta, 2)*Math.pow(sigma, 2) + Math.pow(s, 4) + 6*Math.pow(s, 2)*Math.pow(sigma, 2) + 15*Math.pow(sigma, 4))/Math.pow(sigma, 2), 2*Math.pow(n, 2)*(Math.pow(delta, 4) + 2*Math.pow(delta, 2)*Math.pow(s, 2) + 30*Math.pow(delta, 2)*Math.pow(sigma, 2) + Math.pow(s, 4) + 10*Math.pow(s, 2)*Math.pow(sigma, 2) + 37*Math.pow(sigma, 4))/Math.pow(sigma, 2)];

export const losses = {
  cosine: {
    value: ({k, y}) => Math.cos(k*y),
    derivative: ({k, y}) => -k*Math.sin(k*y),
  },
  bump: {
    value: ({k, y}) => Math.exp(-k*Math.pow(y, 2)),
    derivative: ({k, y}) => -2*k*y*Math.exp(-k*Math.pow(y, 2)),
  },
  square: {
    value: ({k, y}) => Math.pow(-k + y, 2),
    derivative: ({k, y}) => -2*k + 2*y,
  },
};

export const scoreOfNoise = ({epsilon, sigma}) => [epsilon/sigma, (Math.pow(epsilon, 2) - 1)/sigma];

export const objectives = {
  squaredError: {
    value: ({delta, n, s, sigma}) => Math.pow(delta, 2)*n + n*Math.pow(s, 2) + n*Math.pow(sigma, 2),
    gradient: ({delta, n, sigma}) => [2*delta*n, 2*n*sigma],
    pathwise: ({delta, n, sigma}) => [[2*delta*n, 2*n*sigma], [0, 2*delta*n, 2*n*sigma]],
    scoreFunction: ({delta, n, s, sigma}) => [[0, n*(Math.pow(delta, 2) + Math.pow(s, 2))/sigma, 2*delta*n, n*sigma], [-n*(Math.pow(delta, 2) + Math.pow(s, 2))/sigma, -2*delta*n, n*(Math.pow(delta, 2) + Math.pow(s, 2) - Math.pow(sigma, 2))/sigma, 2*delta*n, n*sigma]],
  },
  reverseKL: {
    value: ({delta, s, sigma}) => (1/2)*Math.pow(delta, 2)/Math.pow(s, 2) - Math.log(sigma) + 1/2 + (1/2)*Math.pow(sigma, 2)/Math.pow(s, 2),
    gradient: ({delta, s, sigma}) => [delta/Math.pow(s, 2), -(s - sigma)*(s + sigma)/(Math.pow(s, 2)*sigma)],
    pathwise: ({delta, s, sigma}) => [[delta/Math.pow(s, 2), sigma/Math.pow(s, 2)], [-1/sigma, delta/Math.pow(s, 2), sigma/Math.pow(s, 2)]],
    scoreFunction: ({delta, s, sigma}) => [[0, (1/2)*(Math.pow(delta, 2) + Math.pow(s, 2))/(Math.pow(s, 2)*sigma), delta/Math.pow(s, 2), (1/2)*sigma/Math.pow(s, 2)], [-1/2*(Math.pow(delta, 2) + 3*Math.pow(s, 2))/(Math.pow(s, 2)*sigma), -delta/Math.pow(s, 2), (1/2)*(Math.pow(delta, 2) + Math.pow(s, 2) - Math.pow(sigma, 2))/(Math.pow(s, 2)*sigma), delta/Math.pow(s, 2), (1/2)*sigma/Math.pow(s, 2)]],
  },
  likelihood: {
    value: ({delta, s, sigma}) => (1/2)*(Math.pow(delta, 2) + Math.pow(s, 2) + 2*Math.pow(sigma, 2)*Math.log(sigma) + Math.pow(sigma, 2)*Math.log(2) + Math.pow(sigma, 2)*Math.log(Math.PI))/Math.pow(sigma, 2),
    gradient: ({delta, s, sigma}) => [delta/Math.pow(sigma, 2), -(Math.pow(delta, 2) + Math.pow(s, 2) - Math.pow(sigma, 2))/Math.pow(sigma, 3)],
  },
};

export const data = [1.7, 2.65, 6.33, 4.32, -0.28, 2.99, 1.75, 3.3, -0.22, 3.48];

export const known = {"n": 10, "xbar": 2.602, "s": 1.8991987784326314};

export const michelson = {"n": 100, "xbar": 0.524, "s": 0.7861450247886836};

export const colors = {
  "pathwise": "#0072b2",
  "score_function": "#d55e00",
  "score_function_mean": "#ab279f",
  "score_function_optimal": "#7b5e1c",
  "measure_valued": "#456c3e",
  "exact": "#797979",
  "data": "#a88d73",
  "likelihood": "#9857e8",
  "moment_matching": "#b54564",
  "reverse_kl": "#24a3a3",
  "energy_score": "#e61049",
  "entropy": "#cd7f44"
};
