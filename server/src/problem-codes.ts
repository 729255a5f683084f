/** What a problem code means. */
export interface ProblemMeaning {
  /** HTTP status it always comes with. */
  readonly status: number;
  /** As docs/problems.md says it. */
  readonly meaning: string;
}

/**
 * Every code a refusal may have, with its status: the OpenAPI document takes both from here. Specs compare it with the
 * factories of the features and with docs/problems.md.
 */
export const problemCodes: Readonly<Record<string, ProblemMeaning>> = {
  'already-owner': { status: 409, meaning: 'the resource is theirs, and was never given to anybody else' },
  'already-quarantined': { status: 409, meaning: 'the resource is in quarantine already' },
  'audit-unavailable': { status: 503, meaning: 'the audit cannot record this now, so it does not happen' },
  'checksum-mismatch': {
    status: 400,
    meaning: 'what arrived does not have the SHA-256 that was announced',
  },
  'collection-archived': {
    status: 409,
    meaning: 'the collection is archived: nothing is added to it or taken out of it',
  },
  'collection-exists': { status: 409, meaning: 'your tenant has a collection of this external id' },
  'collection-lost': {
    status: 409,
    meaning: 'while the file came, the collection it was for was archived, or you left it; it is not kept',
  },
  'confirmation-mismatch': { status: 400, meaning: '`confirm` is not the id of the owner to erase' },
  'checkpoints-unavailable': {
    status: 503,
    meaning:
      'the change is committed and holds, and its receipt waits until it can be written to `AUDIT_CHECKPOINTS`',
  },
  'content-mismatch': { status: 415, meaning: 'the bytes are something else than `Content-Type` says' },
  'cross-site-request': {
    status: 403,
    meaning:
      'a cookie came with a request that may change something, and nothing shows that one of your pages sent it',
  },
  'database-behind': {
    status: 503,
    meaning:
      'the database was restored or failed over and lacks changes that receipts have promised; `detail` says what to do',
  },
  'database-unavailable': {
    status: 503,
    meaning: 'the database does not answer; what was asked for may or may not have been done',
  },
  'derivative-impossible': {
    status: 422,
    meaning: 'no smaller picture can be made of this one; `detail` says why',
  },
  'derivatives-busy': { status: 503, meaning: 'this server makes as many pictures as it may at once' },
  'derivatives-off': { status: 501, meaning: 'this server makes no smaller pictures' },
  'edge-exists': { status: 409, meaning: 'another edge of your tenant has this name' },
  'edge-revoked': { status: 409, meaning: 'the edge was revoked, and its credential cannot be rotated' },
  'empty-upload': { status: 400, meaning: 'the upload has no bytes' },
  'epoch-ahead': {
    status: 409,
    meaning: 'the edge knows a change that the database does not: it may have been restored from a backup',
  },
  expired: { status: 403, meaning: 'the URL was good and has expired' },
  'expiry-too-long': { status: 400, meaning: 'the policy allows a shorter lifetime only' },
  'exports-busy': {
    status: 503,
    meaning: 'this server writes as many exports of the audit as it may at once',
  },
  forbidden: { status: 403, meaning: 'your roles do not give the permission that `detail` names' },
  hotlink: { status: 403, meaning: 'without signing in, only pages of `SITE_ORIGINS` are answered' },
  'identity-unavailable': {
    status: 503,
    meaning: 'the issuer of your token cannot be asked now, and it takes that to know who you are',
  },
  'incarnation-ended': { status: 409, meaning: 'this run of the edge has ended, or is not one of this edge' },
  internal: { status: 500, meaning: 'an error of the server; its log has it' },
  'invalid-name': {
    status: 400,
    meaning:
      'the file name is empty, a path, too long, hides what it is, would run where it is saved, or holds a signature',
  },
  'invalid-path': { status: 400, meaning: 'the path is not a canonical key' },
  'invalid-request': {
    status: 400,
    meaning: 'the request is not of the form the call takes; `detail` names the field',
  },
  'invalid-token': { status: 401, meaning: 'the token is broken, or not for this server' },
  'key-unavailable': {
    status: 503,
    meaning: 'this server lacks the master secret of the key; its log says which',
  },
  'lease-expired': {
    status: 503,
    meaning: 'delivery has not heard from the database for longer than the lease',
  },
  'loopback-only': { status: 403, meaning: 'the demonstration is for the machine itself only' },
  'method-not-allowed': { status: 405, meaning: 'delivery answers GET and HEAD' },
  'changed-meanwhile': {
    status: 412,
    meaning: 'somebody has changed it since the revision that `If-Match` names',
  },
  'status-not-possible': {
    status: 409,
    meaning: 'the resource cannot get this status from the one it has; nobody sets `completed` by hand',
  },
  'moves-busy': {
    status: 503,
    meaning: 'too many resources are moved at once; `Retry-After` says when to ask again',
  },
  'not-allowed': {
    status: 403,
    meaning: 'there is no such resource, or the policy does not let you sign it; which one is not told',
  },
  'not-found': { status: 404, meaning: 'there is nothing here, or nothing that you may see' },
  'not-completed': { status: 409, meaning: 'only what is completed can be moved' },
  'no-pictures': { status: 422, meaning: 'the resource is neither a picture nor a film' },
  'not-a-film': { status: 422, meaning: 'only films have a poster' },
  'poster-missing': { status: 404, meaning: 'the film has no poster of which a picture could be made' },
  'not-quarantined': {
    status: 409,
    meaning: 'the resource is not in quarantine, so there is nothing to release',
  },
  'not-started': { status: 503, meaning: 'Countersign could not start inside this app' },
  'nothing-to-rotate': { status: 409, meaning: 'the owner is revoked, so there is no key to rotate' },
  'departure-ended': {
    status: 409,
    meaning: 'the departure took effect or was undone, so it can no longer be undone',
  },
  'departure-exists': { status: 409, meaning: 'another departure of this owner is planned' },
  'storage-unavailable': {
    status: 503,
    meaning:
      'the store of the bytes does not answer, or refuses this server; what was asked for may or may not have been done',
  },
  'transfer-target': { status: 409, meaning: 'whoever is to get the documents is no active owner here' },
  'unknown-departure': { status: 404, meaning: 'there is no such departure in your tenant' },
  'owner-active': { status: 409, meaning: 'the owner is not revoked, so there is nothing to reinstate' },
  'owner-erasing': { status: 409, meaning: 'an erasure of the owner is under way: there is no way back' },
  'owner-has-resources': { status: 409, meaning: 'the owner cannot be erased while resources are theirs' },
  'owner-revoked': { status: 403, meaning: 'the owner of the resource, or you who upload, was revoked' },
  'storage-full': { status: 507, meaning: 'there is no room on the disk of the server' },
  'tus-unsupported': { status: 501, meaning: 'the server does not do that with resumable uploads' },
  'tus-version': { status: 412, meaning: 'the request does not speak tus 1.0.0' },
  'upload-expired': { status: 410, meaning: 'nothing came of the upload for too long' },
  'upload-locked': { status: 423, meaning: 'another request is at work on the upload' },
  'upload-offset': { status: 409, meaning: 'the upload stands at another offset' },
  'upload-busy': {
    status: 409,
    meaning: 'the file of the upload is still changing, or still being verified by another call',
  },
  'upload-incomplete': { status: 409, meaning: 'the file of the upload has not arrived' },
  'upload-over': { status: 409, meaning: 'the upload has failed, expired, or was cancelled' },
  'upload-refused': { status: 403, meaning: 'the form of the upload was changed, or has expired' },
  'upload-size': { status: 400, meaning: 'the file has another size than was announced' },
  'path-taken': { status: 409, meaning: 'there is a resource at this path already' },
  quarantined: {
    status: 422,
    meaning:
      'the file was kept, and is delivered to nobody until an administrator decides; of an overwrite nothing is kept',
  },
  'quota-exceeded': {
    status: 413,
    meaning: 'the owner, the tenant or the collection has as much as it may; `detail` says how much that is',
  },
  'rate-limited': { status: 429, meaning: 'one of the limits is used up; `detail` names it' },
  refused: {
    status: 403,
    meaning: 'the URL opens nothing: a bad signature, an unknown key, a revoked owner; which one is not told',
  },
  'resource-busy': {
    status: 409,
    meaning: 'somebody else is changing the resource: it was moved, overwritten or quarantined meanwhile',
  },
  'search-too-wide': { status: 400, meaning: 'the search would read too much of the audit row by row' },
  'searches-busy': {
    status: 503,
    meaning: 'others of your tenant search the audit, and more wait than may',
  },
  'sign-in-required': { status: 401, meaning: 'this call needs a token' },
  'token-expired': { status: 401, meaning: 'the token was good and has expired, and could not be refreshed' },
  'signatures-revoked': {
    status: 409,
    meaning: 'the URL of this moment was revoked, and each that could take its place; ask again later',
  },
  'too-large': { status: 413, meaning: 'the body is larger than the call takes' },
  'too-many-edges': { status: 409, meaning: 'the tenant has as many edges as it may' },
  'too-many-incarnations': { status: 409, meaning: 'the edge has more runs that have not ended than it may' },
  'unknown-edge': { status: 404, meaning: 'there is no such edge in your tenant' },
  'unknown-owner': { status: 404, meaning: 'there is no such owner or member in your tenant' },
  'unknown-person': { status: 404, meaning: 'there is no such sample person' },
  'too-many-uploads': { status: 429, meaning: 'you send as many files at once as you may' },
  'too-many-streams': { status: 429, meaning: 'you watch your uploads in as many places as you may' },
  'too-many-pixels': {
    status: 413,
    meaning: 'the picture has more pixels than a server should decode, by what it says of itself',
  },
  'two-types': {
    status: 415,
    meaning: 'the file is a picture, film, PDF or text at its beginning and an archive at its end',
  },
  'unreadable-picture': {
    status: 415,
    meaning:
      'the picture or film is damaged, or says where it was made in a way that cannot be taken out of its type',
  },
  'unsafe-archive': {
    status: 415,
    meaning: 'the archive would unpack outside of its folder or to many times its size, or cannot be read',
  },
  'unsupported-type': {
    status: 415,
    meaning: 'this kind of resource, or this server (`UPLOAD_TYPES`), takes other types',
  },
  'verification-running': {
    status: 409,
    meaning: 'a verification of the audit log is running; there is one at a time',
  },
};
