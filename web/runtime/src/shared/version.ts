/** The runtime's version, which is the compiler's too; `.ci/version` writes it. */
export const version = "0.1.0";
