ALTER TABLE `t` `page_compressed`=DEFAULT `page_compression_level`=DEFAULT;
