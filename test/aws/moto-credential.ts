/** For a request without an SDK: moto reads the region and the service from it, and checks no signature. */
export const motoCredential = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=testing/20260102/eu-central-1/${service}/aws4_request`;
