/** What one small Ceph on loopback reads: no authentication between its parts, everything in memory. */
export function cephConfig({
  folder,
  fsid,
  monitorPort,
  port,
}: {
  /** Of everything it writes. */
  folder: string;
  /** UUID of the cluster. */
  fsid: string;
  monitorPort: number;
  /** Where the gateway speaks S3 and STS. */
  port: number;
}): string {
  return `
[global]
fsid = ${fsid}
mon initial members = a
mon host = [v2:127.0.0.1:${monitorPort}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms client mode = crc
ms cluster mode = crc
ms service mode = crc
auth allow insecure global id reclaim = false
paxos propose interval = 0.05
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon warn on pool no redundancy = false
osd crush chooseleaf type = 0
mon max pg per osd = 10000
mon osd full ratio = .99
mon osd nearfull ratio = .98
mon osd backfillfull ratio = .985
mon data avail crit = 1
mon data avail warn = 2
osd failsafe full ratio = 1.0
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
pid file = ${folder}/run/$name.pid
log file = ${folder}/run/$name.log
crash dir = ${folder}/run
debug ms = 0
[mon.a]
mon data = ${folder}/mon
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd class load list = *
osd class default list = *
osd memory target = 939524096
[client]
keyring = /dev/null
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw enable usage log = false
rgw thread pool size = 64
rgw num rados handles = 1
rgw s3 auth use sts = true
rgw sts min session duration = 1
rgw sts key = abcdefghijklmnop
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = k1=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=
rgw data = ${folder}/rgw
rgw override bucket index max shards = 1
rgw rados pool pg num min = 1
rgw gc obj min wait = 5
rgw run sync thread = false
rgw bucket default quota max objects = -1
rgw verify ssl = false
`;
}
