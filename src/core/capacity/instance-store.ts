/**
 * The disks of a machine as one, with what Docker keeps: images, containers, and the empty volumes that `scratch` is.
 * cloud-init runs it before the network counts as up, for which Docker waits; after a restart it finds what it made.
 * EC2 names the disks: https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html
 */
export const instanceStoreScript = `#!/bin/bash
# The instance store becomes the disk of images, containers and scratch volumes; without it they stay on the root volume.
set -euo pipefail
udevadm settle
shopt -s nullglob
links=(/dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_*)
if (( \${#links[@]} == 0 )); then exit 0; fi
mapfile -t disks < <(readlink -f "\${links[@]}" | sort -u)
if (( \${#disks[@]} > 1 )); then
  command -v mdadm > /dev/null || dnf install -y mdadm
  mdadm --assemble --scan || true
  udevadm settle
fi
device=$(blkid -L aiplat-store || true)
if [[ -z $device ]]; then
  device=\${disks[0]}
  if (( \${#disks[@]} > 1 )); then
    device=/dev/md/aiplat
    mdadm --create "$device" --run --level=0 --homehost=any --name=aiplat --raid-devices=\${#disks[@]} "\${disks[@]}"
  fi
  mkfs.xfs -f -L aiplat-store "$device"
fi
mkdir -p /mnt/instance-store
mountpoint -q /mnt/instance-store || mount -o noatime "$device" /mnt/instance-store
for folder in /var/lib/docker /var/lib/containerd; do
  mkdir -p "/mnt/instance-store$folder" "$folder"
  mountpoint -q "$folder" || mount --bind "/mnt/instance-store$folder" "$folder"
done
`;
