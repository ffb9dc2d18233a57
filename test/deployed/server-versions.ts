/** The emulator of AWS, and what it needs to make certificates of its own (PyPI). */
export const ministack = ['ministack==1.5.33', 'cryptography==50.0.2'];
/**
 * AWS's own runtime client (npm): what speaks between a function's code and Lambda. Its native part is built from the
 * sources that it brings, with Node's stable interface from a package of headers.
 */
export const runtimeClient = ['aws-lambda-ric@4.0.2', 'node-api-headers@1.9.0'];
