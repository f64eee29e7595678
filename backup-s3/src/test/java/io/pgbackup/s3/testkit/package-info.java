/** Servers that speak S3, started for a test and ended with it. Published as the tests of this module. */
package io.pgbackup.s3.testkit;
