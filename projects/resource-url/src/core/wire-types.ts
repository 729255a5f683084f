// Made from server/openapi.json by scripts/wire-types.mjs, and never edited: UPDATE_WIRE_TYPES=1 npm test -- wire-types

export interface SignBatchRequest {
  /**
   * @minItems 1
   * @maxItems 200
   */
  resources: SignRequest[];
}
export interface SignRequest {
  /**
   * Canonical key, e.g. public/team/avatar-2.jpg
   */
  path: string;
  /**
   * Whole minutes; default and maximum by policy
   */
  expiryMinutes?: number | undefined;
  /**
   * Why, for the audit, e.g. team_member_photo
   */
  reason: string;
  /**
   * Of a smaller picture, at most so many pixels wide; of a film, of its poster
   */
  width?: (160 | 320 | 640 | 1280) | undefined;
  /**
   * Of the smaller picture; default webp
   */
  format?: ('webp' | 'avif') | undefined;
}
export interface SignBatchAnswer {
  /**
   * One for each entry of the request, in its order
   */
  results: (SignedAnswer | BatchError)[];
}
export interface SignedAnswer {
  /**
   * Opens the resource; take it as it is
   */
  url: string;
  expiresAt: string;
  /**
   * Joins this issuance to every later access in the audit
   */
  signatureId: string;
}
export interface BatchError {
  error: {
    /**
     * As of a problem
     */
    code: string;
    status: number;
    detail?: string | undefined;
  };
}
/**
 * RFC 9457 problem details
 */
export interface Problem {
  /**
   * The code as a URN
   */
  type: string;
  /**
   * The same words for every problem of this code; for people
   */
  title: string;
  status: number;
  /**
   * Stable: what programs compare. There may be new ones
   */
  code: string;
  /**
   * What is wrong with this request; for people
   */
  detail?: string | undefined;
}
