/** This package's version, which is that of the tool; `.ci/version` writes it. */
export const version = "0.1.0";
